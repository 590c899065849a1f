// The graph of what a match rests on. It is drawn over the same data as the table under it, which is there without scripts.
(() => {
  const section = document.getElementById("graph");
  if (!section) return;
  const canvas = document.getElementById("graph-canvas");
  const choice = document.getElementById("graph-node");
  const told = document.getElementById("graph-told");
  const hint = told.firstElementChild;
  const data = JSON.parse(document.getElementById("graph-data").textContent);
  const THINNEST = 1.2, THICKEST = 5, JOINING = 1, END = 34, NODE = 15, FADED = 0.38, LETTER = 13, FOOT = 40, REACH = 20;
  const touch = matchMedia("(pointer: coarse)").matches;
  section.hidden = false;

  // Cores that no shape of the library has: ∴ and ☰, each one line without width between its parts.
  const dot = (x, y) => [[-0.3, -0.12], [-0.12, -0.3], [0.12, -0.3], [0.3, -0.12], [0.3, 0.12], [0.12, 0.3], [-0.12, 0.3], [-0.3, 0.12], [-0.3, -0.12]].map(([dx, dy]) => [x + dx, y + dy]);
  const top = dot(0, -0.55);
  const POINTS = {
    audience: [...top, ...dot(-0.6, 0.5), top[0], ...dot(0.6, 0.5), top[0]],
    text: [-0.8, 0, 0.8].flatMap((y) => [[-1, y - 0.2], [1, y - 0.2], [1, y + 0.2], [-1, y + 0.2]]),
  };
  const SHAPES = { artist: "ellipse", brand: "rectangle", product: "diamond", kansei: "ellipse", category: "hexagon", place: "triangle", tag: "tag" };
  const HOLLOW = new Set(["kansei", "category", "place", "tag"]);

  // Everything is coloured by the page's own tokens, whatever theme or ink is chosen.
  const root = document.documentElement;
  const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const font = () => token("--sans");
  const ink = (side) => token({ a: "--artist", b: "--brand", k: "--ink" }[side]);
  const hollow = (node) => HOLLOW.has(node.data("kind")) || (root.dataset.ink === "one" && node.data("side") === "b" && !POINTS[node.data("kind")]);
  const heaviest = Math.max(...data.edges.map((edge) => Math.abs(edge.weight ?? 0))) || 1;
  const sides = (edge) => [...new Set(edge.connectedNodes().map((node) => node.data("side")).filter((side) => side !== "k"))];
  const margin = () => (canvas.clientWidth < 500 ? 36 : 64);
  const looks = () => [
    { selector: "node", style: {
      "shape": (node) => (POINTS[node.data("kind")] ? "polygon" : SHAPES[node.data("kind")] ?? "rectangle"),
      "shape-polygon-points": (node) => (POINTS[node.data("kind")] ?? [[-1, -1]]).flat().join(" "),
      "width": (node) => (node.data("end") ? END : NODE), "height": (node) => (node.data("end") ? END : NODE),
      "background-color": (node) => (hollow(node) ? token("--paper") : ink(node.data("side"))),
      "border-color": (node) => ink(node.data("side")), "border-width": (node) => (hollow(node) ? 2 : 0),
      "label": "data(label)", "font-size": LETTER, "font-family": font(), "color": token("--ink"), "text-valign": "bottom", "text-margin-y": 5,
      "font-weight": (node) => (node.data("end") ? 700 : 400),
      "text-outline-color": token("--paper"), "text-outline-width": 2, "outline-color": token("--ink"), "outline-width": 0, "outline-offset": 4, "overlay-opacity": 0,
    } },
    { selector: "edge", style: {
      "curve-style": "bezier", "overlay-opacity": 0,
      "width": (edge) => (edge.data("weight") === null ? JOINING : THINNEST + ((THICKEST - THINNEST) * Math.abs(edge.data("weight"))) / heaviest),
      "line-color": (edge) => (edge.data("weight") === null ? token("--edge") : ink(sides(edge).length === 1 ? sides(edge)[0] : "k")),
      "line-style": (edge) => (edge.data("weight") === null ? "dotted" : edge.data("weight") < 0 ? "dashed" : "solid"),
      "font-size": LETTER, "font-family": font(), "color": token("--ink2"), "text-background-color": token("--paper"), "text-background-opacity": 1, "text-background-padding": 2,
    } },
    { selector: "node[?end]", style: { "text-wrap": "wrap", "text-max-width": 2 * margin(), "text-overflow-wrap": "anywhere" } },
    { selector: ".far", style: { opacity: FADED } },
    { selector: ".chosen", style: { "outline-width": 4 } },
    { selector: "edge.told", style: { label: "data(words)" } },
    { selector: "node.quiet", style: { "text-opacity": 0, "text-outline-opacity": 0 } },
  ];

  const cy = cytoscape({
    container: canvas, style: looks(), zoom: 1, minZoom: 1, maxZoom: 1, boxSelectionEnabled: false, autounselectify: true,
    userZoomingEnabled: false, userPanningEnabled: !touch, autoungrabify: touch,
    elements: [
      ...data.nodes.map((node) => ({ group: "nodes", data: { ...node, end: data.ends.includes(node.id) } })),
      ...data.edges.map((edge, number) => ({ group: "edges", data: { id: `edge-${number}`, ...edge } })),
    ],
    layout: { name: "preset", positions: start, fit: false },
  });

  // The two ends stand left and right; the rest begins on a spiral between them, the same each time, and is laid out from there.
  function start(node) {
    const at = data.nodes.findIndex((one) => one.id === node.id());
    if (node.data("end")) return { x: data.ends[0] === node.id() ? -520 : 520, y: 0 };
    return { x: 24 * Math.sqrt(at) * Math.cos(at * 2.4), y: 24 * Math.sqrt(at) * Math.sin(at * 2.4) };
  }
  cy.layout({
    name: "fcose", randomize: false, animate: false, fit: false, quality: "proof", nodeDimensionsIncludeLabels: true,
    nodeRepulsion: 14000, idealEdgeLength: 110, gravity: 0.15, packComponents: false,
    fixedNodeConstraint: data.ends.map((id) => ({ nodeId: id, position: cy.getElementById(id).position() })),
  }).run();

  // The layout gives each node a share of the height and width; the picture is as large as its place, its letters always the same.
  const box = cy.nodes().boundingBox({ includeLabels: false });
  const shares = new Map(cy.nodes().map((node) => [node.id(), { x: (node.position("x") - box.x1) / box.w, y: (node.position("y") - box.y1) / box.h }]));
  let spread = 1;
  function place() {
    cy.resize();
    const [wide, high] = [cy.width(), cy.height()];
    cy.nodes().positions((node) => ({
      x: wide / 2 + (shares.get(node.id()).x - 0.5) * (wide - 2 * margin()) * spread,
      y: (high - FOOT) / 2 + 16 + (shares.get(node.id()).y - 0.5) * (high - FOOT - 48) * spread,
    }));
    name();
  }

  // Names that would lie over nodes or other names stay away until there is room or their node is chosen.
  const pen = document.createElement("canvas").getContext("2d");
  function name() {
    pen.font = `${LETTER}px ${font()}`;
    const taken = cy.nodes().map((node) => {
      const [{ x, y }, half] = [node.renderedPosition(), node.height() / 2];
      return { left: x - half, right: x + half, top: y - half, bottom: y + half };
    });
    const rank = (node) => (node.hasClass("chosen") ? 3 : node.data("end") ? 2 : node.hasClass("far") ? 0 : 1);
    const weight = (node) => Math.max(0, ...node.connectedEdges().map((edge) => Math.abs(edge.data("weight") ?? 0)));
    for (const node of cy.nodes().toArray().sort((one, other) => rank(other) - rank(one) || weight(other) - weight(one))) {
      const { x, y } = node.renderedPosition();
      const half = Math.min(pen.measureText(node.data("label")).width / 2 + 3, node.data("end") ? margin() : Infinity);
      const under = y + node.height() / 2 + 3;
      const space = { left: x - half, right: x + half, top: under, bottom: under + LETTER + 5 };
      const clash = taken.some((other) => space.left < other.right && other.left < space.right && space.top < other.bottom && other.top < space.bottom);
      const quiet = clash && rank(node) < 2;
      node.toggleClass("quiet", quiet);
      if (!quiet) taken.push(space);
    }
  }

  function rowsOf(node) {
    return [...new Set(node.connectedEdges().map((edge) => edge.data("rows")).flat())].sort((one, other) => one - other);
  }
  function add(to, tag, css, words) {
    const made = document.createElement(tag);
    made.className = css;
    made.append(...[words].flat());
    to.append(made);
    return made;
  }
  function tell(node) {
    told.replaceChildren();
    if (!node) return told.append(hint);
    const title = add(told, "h2", "", node.data("label"));
    if (node.data("address")) {
      title.replaceChildren();
      add(title, "a", "", node.data("label")).href = node.data("address");
    }
    add(told, "p", "note", node.data("says"));
    const rows = rowsOf(node);
    const list = rows.length ? add(told, "ul", "", []) : null;
    for (const row of rows) {
      const cells = document.getElementById(`evidence-${row}`);
      const item = add(list, "li", "", []);
      add(item, "span", "", cells.querySelector(".says-what").textContent);
      add(item, "span", "num", cells.querySelector(".num").textContent);
    }
    const joined = node.connectedEdges().filter((edge) => edge.data("weight") === null).connectedNodes().difference(node);
    if (joined.length) add(told, "p", "note", section.dataset.joins.replace("{names}", joined.map((one) => one.data("label")).join(section.dataset.comma)));
  }

  function choose(id) {
    const node = id ? cy.getElementById(id) : null;
    cy.batch(() => {
      cy.elements().removeClass("chosen far told");
      if (node) {
        cy.elements().difference(node.closedNeighborhood()).addClass("far");
        node.addClass("chosen");
        if (!node.data("end")) node.connectedEdges().filter((edge) => edge.data("weight") !== null).addClass("told");
      }
    });
    choice.value = id;
    canvas.dataset.chosen = id;
    name();
    tell(node);
  }

  // From node to node by the arrow keys: the nearest in that direction, sideways distance counting double.
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return choose("");
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    if (!choice.value) return choose(data.ends[0]);
    const from = cy.getElementById(choice.value).position();
    let best = null;
    for (const node of cy.nodes()) {
      const [x, y] = [node.position("x") - from.x, node.position("y") - from.y];
      const along = x * way[0] + y * way[1];
      const far = along + 2 * Math.abs(x * way[1] + y * way[0]);
      if (along > 1 && (!best || far < best.far)) best = { far, id: node.id() };
    }
    if (best) choose(best.id);
  });

  const groups = Map.groupBy(data.nodes, (node) => node.says);
  for (const [says, nodes] of groups) {
    const group = add(choice, "optgroup", "", []);
    group.label = says;
    for (const node of nodes) add(group, "option", "", node.label).value = node.id;
  }
  choice.addEventListener("change", () => choose(choice.value));
  for (const button of section.querySelectorAll("[data-spread]")) button.addEventListener("click", () => {
    spread = Math.min(4, Math.max(1, spread * Number(button.dataset.spread)));
    if (spread === 1) cy.pan({ x: 0, y: 0 });
    place();
  });
  cy.on("tap", (event) => {
    const far = (node) => Math.hypot(node.position("x") - event.position.x, node.position("y") - event.position.y);
    const nearest = cy.nodes().toArray().reduce((one, other) => (far(other) < far(one) ? other : one));
    choose(far(nearest) <= REACH || event.target === nearest ? nearest.id() : "");
  });
  cy.on("mouseover mouseout", "node", (event) => canvas.classList.toggle("at-node", event.type === "mouseover"));
  cy.on("dragfree", "node", name);
  // A finger scrolls the page, and where it taps it is a mouse: of its touch the library is not told, which would hold it.
  for (const touched of ["touchstart", "touchmove", "touchend", "touchcancel"]) {
    section.addEventListener(touched, (event) => event.target.closest("#graph-canvas") && event.stopPropagation(), { capture: true, passive: true });
  }
  addEventListener("resize", place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(looks()));
  document.fonts.ready.then(place);
  place();
  canvas.dataset.drawn = cy.nodes().length;
})();
