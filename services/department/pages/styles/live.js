// Tells when somebody else has changed what is shown. Comfort only: whoever acts on what has
// changed is told by the server. Nothing is replaced, so that nothing typed or ticked is lost.
"use strict";
const EVERY = 3000;
for (const place of document.querySelectorAll("[data-live]")) {
  const look = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(place.dataset.live, { credentials: "same-origin" });
      const said = answer.ok && !answer.redirected ? await answer.text() : "";
      if (!said || said === place.dataset.said) return;
      place.dataset.said = said;
      const link = document.createElement("a");
      link.href = window.location.href.split("#")[0];
      link.textContent = place.dataset.liveReload;
      place.replaceChildren(said + " ", link);
      place.hidden = false;
    } catch {
      // the next look may succeed
    }
  };
  window.setInterval(look, EVERY);
}
