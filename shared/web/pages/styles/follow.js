// Follows what others change, while the page is in sight. Comfort only: whoever acts on what has
// changed is told by the server. [data-follow] is the stream, [data-follow-mark] what was shown.
// With [data-follow-swap] that part of the page is replaced; otherwise, and wherever somebody is at
// work in it, a sentence offers to look again, so that nothing typed or ticked is lost.
"use strict";
for (const place of document.querySelectorAll("[data-follow]")) {
  const { follow, followSwap, followText, followReload } = place.dataset;
  let mark = place.dataset.followMark;
  let stream = null;
  const atWork = (part) =>
    part.contains(document.activeElement) || part.querySelector(":checked, details[open]");
  const offer = () => {
    const link = document.createElement("a");
    link.href = window.location.href.split("#")[0];
    link.textContent = followReload;
    place.replaceChildren(followText + " ", link);
    place.hidden = false;
  };
  const news = (event) => {
    if (event.data === mark) return;
    mark = event.data;
    const part = followSwap && document.querySelector(followSwap);
    if (!part || !window.htmx || atWork(part)) return offer();
    const where = window.location.href.split("#")[0];
    window.htmx.ajax("GET", where, { target: part, select: followSwap, swap: "outerHTML" });
  };
  const look = () => {
    if (document.visibilityState !== "visible") {
      if (stream) stream.close();
      stream = null;
    } else if (!stream) {
      stream = new EventSource(follow);
      stream.addEventListener("message", news);
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
}
