from hypothesis import settings

# Two busy cores make single examples slow now and then; how long they take says nothing about the code.
settings.register_profile("earmark", deadline=None, print_blob=True)
settings.load_profile("earmark")
