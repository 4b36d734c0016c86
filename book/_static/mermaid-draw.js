// Draws the page's Mermaid diagrams at their natural size, again whenever the theme changes,
// and one inside a closed tab or drop-down only when it is first seen (a hidden one has no size).
(function () {
  "use strict";
  const diagrams = Array.from(document.querySelectorAll("pre.mermaid"));
  const sources = new Map(diagrams.map((node) => [node, node.textContent.trim()]));
  const root = document.documentElement;
  let drawnFor = null;
  let queue = Promise.resolve();

  function draw(nodes) {
    for (const node of nodes) {
      node.removeAttribute("data-processed");
      node.textContent = sources.get(node);
    }
    queue = queue.then(() => mermaid.run({ nodes: nodes }));
  }

  const whenSeen = new IntersectionObserver(function (entries) {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      whenSeen.unobserve(entry.target);
      draw([entry.target]);
    }
  });

  function drawAll() {
    const theme = root.dataset.theme === "dark" ? "dark" : "neutral";
    if (theme === drawnFor) return;
    drawnFor = theme;
    queue = queue.then(() =>
      mermaid.initialize({
        startOnLoad: false,
        securityLevel: "strict",
        theme: theme,
        fontFamily: getComputedStyle(document.body).fontFamily,
        flowchart: { useMaxWidth: false },
      })
    );
    const shown = (node) => node.offsetParent !== null;
    draw(diagrams.filter(shown));
    diagrams.filter((node) => !shown(node)).forEach((node) => whenSeen.observe(node));
  }

  drawAll();
  new MutationObserver(drawAll).observe(root, { attributeFilter: ["data-theme"] });
})();
