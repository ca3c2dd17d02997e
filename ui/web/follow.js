// Following the tail: new sentences scroll into view until the person scrolls up, and again when asked to.

const NEARLY_PX = 24;

/** Keeps a scrolling element at its end. `button` offers to follow again and says how much has come meanwhile. */
export class Tail {
  constructor(scroller, button) {
    this.scroller = scroller;
    this.button = button;
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
    if (this.isFollowing) this.scroller.scrollTop = this.scroller.scrollHeight;
    else this.missed += came;
    this.lastTop = this.scroller.scrollTop;
    this.show();
  }

  resume() {
    this.isFollowing = true;
    this.missed = 0;
    this.settle();
    this.scroller.focus({ preventScroll: true });
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEARLY_PX;
    if (isAtEnd) {
      this.isFollowing = true;
      this.missed = 0;
    } else if (scrollTop < this.lastTop) {
      this.isFollowing = false;
    }
    this.lastTop = scrollTop;
    this.show();
  }

  show() {
    this.button.hidden = this.isFollowing;
    const words = this.isGrowing ? "Follow again" : "To the end";
    this.button.textContent = this.missed ? `${words} (${this.missed} new)` : words;
  }
}
