// How a figure that is made for 700 pixels is laid out anew where there are fewer: words go to the page, which
// wraps them; names and numbers of rows above their bars; the legend below; fewer ticks. A figure may bring a
// layout of its own (layout.meta.narrow); a drawing of boxes and arrows that brings none is made smaller.
const relaid = (() => {
  "use strict";
  const LINE = 15, BAR = 22, EDGE = 18;
  const list = (value) => (Array.isArray(value) ? value : value?._inputArray ?? []);
  const lines = (text) => String(text ?? "").split(/<br\s*\/?>/i);
  const flat = (text) => lines(text).join(" ");
  const bare = (text) => new DOMParser().parseFromString(flat(text), "text/html").body.textContent.trim();
  const wide = (text) => Math.max(0, ...lines(text).map((line) => 6.6 * bare(line).length));
  const named = (layout, name) => (layout.annotations ?? []).find((note) => note.name === name);
  const seen = (trace) => trace.showlegend !== false && trace.visible !== false && trace.name;

  // What stands as text of the page: title, its second line, and the caption.
  function words(spec) {
    const title = spec.layout?.title ?? {};
    return {
      title: bare(typeof title === "string" ? title : title.text), subtitle: bare(title.subtitle?.text),
      note: bare(named(spec.layout ?? {}, "caption")?.text), narrow: true,
    };
  }

  // A layout without the room that title and caption take in vsm.figures.theme.
  function bared(layout) {
    const caption = named(layout, "caption"), title = layout.title?.text;
    const above = title ? 44 + 25 * (lines(title).length - 1) : 0, below = caption ? 17 * lines(caption.text).length : 0;
    const { t = 64, b = 56 } = layout.margin ?? {};
    return {
      ...layout, title: undefined, height: layout.height - above - below, margin: { ...layout.margin, t: t - above, b: b - below },
      annotations: (layout.annotations ?? []).filter((note) => note !== caption),
    };
  }

  function legendBelow(layout, data, width, foot) {
    const names = data.filter(seen).map((trace) => wide(trace.name) + 48);
    if (layout.showlegend === false || (names.length < 2 && !layout.showlegend && !layout.legend?.y)) return 0;
    const column = Math.max(0, ...names), columns = Math.max(1, Math.floor((width - 2 * EDGE) / column));
    const height = names.length ? 20 * Math.ceil(names.length / columns) + 12 : 0;
    layout.legend = {
      ...layout.legend, orientation: "h", x: 0, xref: "container", xanchor: "left", y: 0, yref: "container", yanchor: "bottom",
      entrywidth: column - 40, entrywidthmode: "pixels", font: { ...layout.legend?.font, size: 11 },
    };
    return height;
  }

  // Rows with long names: each gets a line of text above what is drawn.
  function rowsAbove(layout, data, width) {
    const axis = layout.yaxis ?? {}, names = list(axis.ticktext);
    const left = layout.margin?.l ?? 64, down = axis.range?.[0] > axis.range?.[1]; // rows are counted from above
    if (!names.length || !down || left < width / 5 || list(layout.xaxis?.ticktext).length) return null;
    const numbers = new Map((layout.annotations ?? []).filter((note) => note.name === "numbers").map((note) => [note.y, note.text]));
    const text = names.map((name, row) => {
      const known = numbers.get(list(axis.tickvals)[row]);
      return known ? [flat(name), known] : [flat(name)];
    });
    const above = LINE * Math.max(...text.map((each) => each.length)) + 4;
    const beside = new Set(data.filter((trace) => trace.type === "bar").map((trace) => trace.offsetgroup)).size || 1;
    const pitch = above + beside * BAR + 8, shift = (above - 8) / 2 / pitch;
    for (const trace of data) {
      if ((trace.yaxis ?? "y") !== "y") continue;
      if (list(trace.y).length) trace.y = list(trace.y).map((y) => (typeof y === "number" ? y + shift : y));
      if (trace.type === "heatmap") trace.ygap = above + 8;
      else if (trace.type === "bar") trace.width = Math.min(trace.width ?? 1, BAR / pitch);
    }
    layout.annotations = (layout.annotations ?? []).filter((note) => note.name !== "numbers").map((note) => (
      note.yref === "paper" || typeof note.y !== "number" ? note : { ...note, y: note.y + shift }));
    text.forEach((each, row) => layout.annotations.push({
      text: each.join("<br>"), name: "row", x: 0, xref: "paper", xanchor: "left", align: "left",
      y: list(axis.tickvals)[row] - 0.5, yref: "y", yanchor: "top", showarrow: false, font: { size: 12 }, borderpad: 0,
    }));
    layout.yaxis = { ...axis, showticklabels: false, ticklabelstandoff: 0, title: { text: "" } };
    return pitch * names.length;
  }

  // Names under columns stand upright, each in one line.
  function columnsUpright(layout) {
    const names = list(layout.xaxis?.ticktext);
    if (!names.length || layout.xaxis.visible === false || layout.xaxis.side === "top") return 0;
    const upright = names.map(flat);
    layout.xaxis = { ...layout.xaxis, ticktext: upright, tickangle: -90 };
    for (const note of layout.annotations ?? []) {
      if (note.name === "counts") Object.assign(note, { text: flat(note.text), textangle: -90 });
    }
    return 0.88 * Math.max(...upright.map(wide)) + 16;
  }

  // Names at the right of the plot stand within it; those of bands, which show their colour, as a list at the
  // top left, where growing bands leave room.
  function rightInside(layout) {
    const bands = (layout.annotations ?? []).filter((note) => note.name === "band").sort((one, other) => other.y - one.y);
    bands.forEach((note, row) => Object.assign(note, {
      x: 0, xshift: 4, y: 1, yref: "paper", yanchor: "top", yshift: -14 * row, font: { ...note.font, size: 10 },
    }));
    for (const note of layout.annotations ?? []) {
      if (note.xref === "paper" && note.x === 1 && note.xanchor === "left" && note.name !== "numbers") {
        Object.assign(note, { xanchor: "right", align: "right", xshift: -2, bgcolor: "rgba(127,127,127,0.18)", font: { ...note.font, size: 10 } });
      }
    }
  }

  return (spec, width) => {
    const given = spec.layout ?? {}, own = given.meta?.narrow;
    if (own) return { ...words(spec), data: structuredClone(own.data), layout: bared(structuredClone(own.layout)) };
    const data = structuredClone(spec.data), layout = structuredClone(given);
    const caption = named(layout, "caption"), margin = layout.margin ?? {};
    layout.annotations = (layout.annotations ?? []).filter((note) => note.name !== "caption");
    const drawn = Object.keys(layout).some((key) => /^[xy]axis\d*$/.test(key) && layout[key].visible !== false);
    const body = (given.height ?? 450) - (margin.t ?? 64) - (margin.b ?? 56);
    let foot = caption ? Math.max(12, -(caption.yshift ?? 0)) : margin.b ?? 56;
    const heading = given.title?.text ? 60 + 25 * (lines(given.title.text).length - 1) : 0;
    layout.title = undefined;
    if (named(layout, "empty")) return { ...words(spec), data, layout: { ...layout, height: 170, margin: { t: 8, r: 2, b: 8, l: 2 } } };
    if (!drawn) return { ...words(spec), data, layout: { ...layout, width: 700, height: (given.height ?? 450) - heading } };
    rightInside(layout);
    const reach = Math.max(...data.flatMap((trace) => list(trace.x)).filter((x) => typeof x === "number"));
    for (const trace of data) { // what would leave the plot at its right stands at the left of its mark
      if (/right$/.test(trace.textposition) && list(trace.x).length === 1 && list(trace.x)[0] > reach / 2) trace.textposition = "bottom left";
    }
    for (const trace of data) { // two lines in a cell
      if (trace.type === "heatmap" && trace.text) trace.text = list(trace.text).map((row) => list(row).map((text) => text?.replace(" · ", "<br>")));
    }
    const rows = rowsAbove(layout, data, width), columns = columnsUpright(layout);
    const below = legendBelow(layout, data, width, foot);
    foot = columns || foot;
    const upright = layout.annotations.filter((note) => note.name === "counts").map((note) => 0.95 * wide(note.text) + 12);
    const least = layout.annotations.some((note) => note.name === "line") ? 34 : EDGE;
    const top = Math.max(least, ...upright, layout.annotations.some((note) => note.yref === "paper" && note.y >= 1) || layout.xaxis?.side === "top"
      ? Math.max((margin.t ?? 64) - heading, 24) : EDGE);
    layout.margin = { t: top, r: EDGE, b: foot + below, l: rows ? EDGE : Math.min(Math.max(margin.l ?? 64, 60), width / 4) };
    layout.height = top + (rows ?? Math.min(body, 340)) + foot + below;
    for (const key of Object.keys(layout)) {
      if (!/^[xy]axis\d*$/.test(key)) continue;
      const axis = layout[key], title = axis.title?.text ?? axis.title;
      Object.assign(axis, { tickfont: { ...axis.tickfont, size: 11 } });
      if (key.startsWith("x")) axis.nticks = Math.min(axis.nticks || 5, 5);
      if (title) axis.title = { ...(axis.title?.text ? axis.title : { text: title }), font: { size: 11 } };
    }
    const colorbar = (trace) => trace.colorbar ?? trace.marker?.colorbar;
    for (const bar of data.map(colorbar).filter(Boolean)) {
      const pixels = -(bar.y ?? 0) * body; // it lies so far under the plot
      if (bar.orientation === "h") Object.assign(bar, { y: -pixels / (rows ?? Math.min(body, 340)), len: Math.min(bar.len ?? 250, width - layout.margin.l - 3 * EDGE) });
    }
    return { ...words(spec), data, layout };
  };
})();
