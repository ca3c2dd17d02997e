// Following the tail: new sentences scroll into view until the person scrolls up, and again when asked to.

const NEARLY_PX = 24;
const KEPT_SHARE = 0.6; // of the height, for what stays in sight when a page is turned

/**
 * Keeps the end of a scrolling element in sight. `button` offers to follow again and says how much has come meanwhile.
 * With `pages`, the list in it, it turns pages: text stays where it is until the next piece does not fit, and then moves
 * up so far that the last pieces fill the upper part. Confirmed text so moves seldom, and by half a page.
 */
export class Tail {
  constructor(scroller, button, { pages = null } = {}) {
    this.scroller = scroller;
    this.button = button;
    this.pages = pages;
    this.isFollowing = true;
    this.lastTop = 0;
    this.missed = 0;
    this.isGrowing = true;
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    button.addEventListener("click", () => this.resume());
    new ResizeObserver(() => this.settle()).observe(scroller);
  }

  /** To be called after every drawing, with how many sentences came and whether more may. */
  settle(came = 0, isGrowing = this.isGrowing) {
    this.isGrowing = isGrowing;
    if (this.isFollowing) this.toEnd();
    else this.missed += came;
    this.lastTop = this.scroller.scrollTop;
    this.show();
  }

  toEnd() {
    const { scroller, pages } = this;
    const last = pages?.lastElementChild;
    if (!last) scroller.scrollTop = scroller.scrollHeight;
    else if (bottomOf(last) > bottomOf(scroller) || bottomOf(last) < topOf(scroller)) {
      let kept = last;
      const fits = (piece) => piece && bottomOf(last) - topOf(piece) < KEPT_SHARE * scroller.clientHeight;
      while (fits(kept.previousElementSibling)) kept = kept.previousElementSibling;
      scroller.scrollTop += topOf(kept) - topOf(scroller);
      if (bottomOf(last) > bottomOf(scroller)) scroller.scrollTop = scroller.scrollHeight;
    }
  }

  resume() {
    this.isFollowing = true;
    this.missed = 0;
    this.settle();
    this.scroller.focus({ preventScroll: true });
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEARLY_PX || this.showsLast();
    if (isAtEnd) {
      this.isFollowing = true;
      this.missed = 0;
    } else if (scrollTop < this.lastTop) {
      this.isFollowing = false;
    }
    this.lastTop = scrollTop;
    this.show();
  }

  showsLast() {
    const last = this.pages?.lastElementChild;
    return Boolean(last) && bottomOf(last) <= bottomOf(this.scroller) + NEARLY_PX;
  }

  show() {
    this.button.hidden = this.isFollowing;
    const words = this.isGrowing ? "Back to now" : "To the end";
    this.button.textContent = this.missed ? `${words} (${this.missed} new)` : words;
  }
}

function topOf(node) {
  return node.getBoundingClientRect().top;
}

function bottomOf(node) {
  return node.getBoundingClientRect().bottom;
}
