(() => {
  "use strict";
  const MIN_WIDTH = 700; // what vsm.figures are made for at least
  const PHONE_WIDTH = 560; // bars bear less
  const NARROW = 360; // what a drawing for a phone is made for
  const MOST = 2.4; // no figure is blown up further than that
  const SMALL = 0.72; // of the letters of a chart that was made for a slide, on a phone
  const CONFIG = { showSendToCloud: false, plotlyServerURL: "", displaylogo: false, displayModeBar: false, responsive: false };
  const printing = /print-pdf/i.test(location.search);
  const tall = !printing && window.top === window && innerWidth < 600 && innerHeight > innerWidth; // a phone
  document.body.classList.toggle("tall", tall);

  let library = null;
  const plotly = () => (library ??= unpack());
  async function unpack() {
    const text = document.getElementById("plotly").textContent.trim();
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const code = new Blob([await new Response(stream).blob()], { type: "text/javascript" });
    const script = document.createElement("script");
    script.src = URL.createObjectURL(code);
    await new Promise((done, failed) => {
      script.onload = done;
      script.onerror = () => failed(new Error("plotly.js could not be unpacked"));
      document.head.append(script);
    });
    URL.revokeObjectURL(script.src);
    return window.Plotly;
  }

  // A figure is laid out for a page, and shown as large as its slide has room for.
  const isMap = (spec) => spec.layout.xaxis?.visible === false;
  function size(plot, spec, least) {
    const natural = spec.layout.height;
    if ("bars" in plot.dataset) { // made for a slide: it has its letters' size already
      const scale = tall ? SMALL : 1;
      if (tall) plot.style.height = `${natural * scale}px`;
      return { scale, width: Math.round(plot.clientWidth / scale), height: Math.round(plot.clientHeight / scale) };
    }
    if (tall) plot.style.height = `${natural * (plot.clientWidth / least)}px`;
    const { clientWidth: wide, clientHeight: high } = plot;
    const scale = Math.min(high / natural, wide / least, MOST);
    return { scale, width: Math.round(wide / scale), height: natural };
  }

  async function draw(plot) {
    const whole = JSON.parse(plot.parentElement.querySelector("script").textContent);
    const narrow = tall && whole.layout.meta?.narrow; // another drawing, made for a phone
    const spec = narrow || whole;
    const Plotly = await plotly();
    const { scale, width, height } = size(plot, spec, narrow ? NARROW : tall && !isMap(spec) ? PHONE_WIDTH : spec.layout.width ?? MIN_WIDTH);
    const inner = document.createElement("div");
    inner.className = "drawn";
    inner.style.cssText = `width:${width}px;height:${height}px;transform:scale(${scale})`;
    plot.replaceChildren(inner);
    if (isMap(spec) && !narrow && !spec.layout.width) enlarge(spec, Math.max(1, Math.min(1.28, width / (MIN_WIDTH * 1.2))));
    const layout = { ...spec.layout, width, height, autosize: false };
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(253,253,252,0)";
    await Plotly.newPlot(inner, { data: spec.data, layout, config: { ...CONFIG, staticPlot: printing } });
    plot.dataset.drawn = "true";
  }

  // A picture without axes, such as a map, has room for larger letters where it is wider than it must be.
  function enlarge(spec, share) {
    for (const trace of spec.data) {
      if (trace.textfont?.size) trace.textfont.size *= share;
    }
  }

  const states = new Map();
  function drawOnce(plot) {
    if (!states.has(plot)) {
      states.set(plot, draw(plot).catch((error) => {
        const note = document.createElement("p");
        note.className = "lack";
        note.textContent = plot.getAttribute("aria-label");
        plot.replaceChildren(note);
        console.error(error);
      }));
    }
    return states.get(plot);
  }

  // A table is set as large as its slide has room for.
  function fit(box) {
    const table = box.querySelector("table");
    for (let share = 1; table && box.clientHeight && box.scrollHeight > box.clientHeight + 1 && share > 0.4; share -= 0.05) {
      table.style.zoom = share;
    }
  }

  async function show(slide) {
    slide.querySelectorAll(".table").forEach(fit);
    await Promise.all([...slide.querySelectorAll(".chart-plot")].map(drawOnce));
  }
  const ready = () => { document.body.dataset.ready = "true"; };

  Reveal.on("pdf-ready", async () => {
    await Promise.all([...document.querySelectorAll(".slides section")].map(show));
    ready();
  });
  if (!printing) {
    Reveal.on("ready", async (event) => { await show(event.currentSlide); ready(); });
    Reveal.on("slidechanged", (event) => show(event.currentSlide));
  }
  Reveal.initialize({
    width: tall ? 760 : 1280, height: tall ? 1480 : 720, margin: 0, minScale: 0.1, maxScale: 4,
    center: false, display: "flex", hash: true, history: false, transition: "none", controls: !printing, pdfSeparateFragments: false,
    scrollActivationWidth: 0, pdfMaxPagesPerSlide: 1, plugins: [RevealNotes],
  });
})();
