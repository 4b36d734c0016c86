// Draws the page's Mermaid diagrams at their natural size or as wide as the column, again whenever
// the theme changes, and one in a closed tab or drop-down when it is first seen (hidden, it has no size).
(function () {
  "use strict";
  const diagrams = Array.from(document.querySelectorAll("pre.mermaid"));
  const sources = new Map(diagrams.map((node) => [node, node.textContent.trim()]));
  const root = document.documentElement;
  const SMALLEST = 0.66; // a diagram shrinks to this share of its width, and then scrolls
  let drawnFor = null;
  let queue = Promise.resolve(); // mermaid draws one batch at a time

  function settings() {
    const style = getComputedStyle(root);
    const colour = (name) => style.getPropertyValue("--pst-color-" + name).trim();
    return {
      startOnLoad: false,
      securityLevel: "strict",
      theme: "base",
      themeVariables: {
        darkMode: root.dataset.theme === "dark",
        fontFamily: getComputedStyle(document.body).fontFamily,
        background: colour("background"),
        primaryColor: colour("surface"),
        primaryTextColor: colour("text-base"),
        primaryBorderColor: colour("primary"),
        lineColor: colour("text-muted"),
        clusterBkg: colour("background"),
        clusterBorder: colour("border"),
        edgeLabelBackground: colour("background"),
      },
    };
  }

  async function drawBatch(nodes) {
    for (const node of nodes) {
      node.removeAttribute("data-processed");
      node.textContent = sources.get(node);
    }
    await mermaid.run({ nodes: nodes });
    for (const node of nodes) {
      const picture = node.querySelector("svg");
      picture.style.minWidth = SMALLEST * picture.viewBox.baseVal.width + "px";
    }
  }

  function draw(nodes) {
    queue = queue.then(() => drawBatch(nodes));
  }

  const whenSeen = new IntersectionObserver(function (entries) {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      whenSeen.unobserve(entry.target);
      draw([entry.target]);
    }
  });

  function drawAll() {
    if (root.dataset.theme === drawnFor) return;
    drawnFor = root.dataset.theme;
    queue = queue.then(() => mermaid.initialize(settings()));
    const shown = (node) => node.offsetParent !== null;
    draw(diagrams.filter(shown));
    diagrams.filter((node) => !shown(node)).forEach((node) => whenSeen.observe(node));
  }

  mermaid.initialize({ startOnLoad: false });
  window.addEventListener("load", function () { // only then are the colours known
    drawAll();
    new MutationObserver(drawAll).observe(root, { attributeFilter: ["data-theme"] });
  });
})();
