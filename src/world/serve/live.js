// Keeps an open page as its sources are. Only `tribune serve` puts it on pages.
(() => {
  const version = document.currentScript.dataset.version;
  let events;
  let box;

  const tell = (text) => {
    box?.remove();
    box = undefined;
    if (!text) return;
    box = document.createElement("pre");
    box.id = "tribune-fault";
    box.dir = "ltr";
    box.textContent = text;
    Object.assign(box.style, {
      position: "fixed", inset: "auto 0 0 0", zIndex: "2147483647", maxHeight: "60vh", margin: "0",
      overflow: "auto", padding: "1rem", background: "#1d1f21", color: "#f4f4f4", whiteSpace: "pre-wrap",
      borderTop: "4px solid #d33", font: "14px/1.4 monospace", textAlign: "left",
    });
    document.body.append(box);
  };

  const restyle = (address) => {
    const path = new URL(address, location).pathname;
    for (const old of document.querySelectorAll('link[rel~="stylesheet"]')) {
      const url = new URL(old.href);
      if (url.origin !== location.origin || url.pathname !== path) continue;
      url.searchParams.set("tribune", Date.now());
      const link = old.cloneNode();
      link.href = url;
      // Without a moment in which the page has no style.
      link.addEventListener("load", () => old.remove());
      link.addEventListener("error", () => old.remove());
      old.after(link);
    }
  };

  const listen = () => {
    events?.close();
    const page = encodeURIComponent(location.pathname);
    events = new EventSource(`/__tribune/events?page=${page}&version=${version}`);
    events.addEventListener("reload", () => location.reload());
    events.addEventListener("style", (event) => restyle(JSON.parse(event.data)));
    events.addEventListener("fault", (event) => tell(JSON.parse(event.data)));
  };

  // A browser has few connections to one host: pages that nobody sees leave them to others.
  document.addEventListener("visibilitychange", () => (document.hidden ? events.close() : listen()));
  addEventListener("pageshow", (event) => event.persisted && listen());
  listen();
})();
