// The page around the canvas: finds out whether this browser can compute, loads the program, and says
// in plain HTML what does not work. The program itself is `src/web/`; it finds what it fills by the
// names in index.html, and sets `data-started` once its first picture is there.

const root = document.documentElement;
const message = document.getElementById("message");
const loaded = document.getElementById("loaded");

/** Shows one of the page's messages in place of the app; `said` is what the browser said itself. */
function show(name, said = "") {
    const parts = [document.getElementById(name).content.cloneNode(true)];
    if (name === "no-webgpu" || name === "only-webgl") {
        parts.push(document.getElementById("get-webgpu").content.cloneNode(true));
    }
    message.replaceChildren(...parts);
    message.dataset.case = name;
    const fill = (where, text) => {
        for (const element of message.querySelectorAll(where)) element.textContent = text;
    };
    fill(".origin", location.origin);
    fill(".said", said);
    for (const element of message.querySelectorAll(".webgl")) element.hidden = !hasWebGl();
    message.hidden = false;
}

// Whoever fills the message, what lies behind it is out of reach then.
new MutationObserver(() => {
    const isShown = !message.hidden;
    for (const name of ["main", "software", "offer", "loading"]) {
        document.getElementById(name).inert = isShown;
    }
    if (isShown) message.focus();
}).observe(message, { attributeFilter: ["hidden"] });

function hasWebGl() {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

/** What keeps this browser from computing: the name of a message, or null. Tells of a software adapter. */
async function obstacle() {
    if (!isSecureContext) return "insecure";
    if (!navigator.gpu) return hasWebGl() ? "only-webgl" : "no-webgpu";
    let adapter = null;
    try {
        adapter =
            (await navigator.gpu.requestAdapter({ powerPreference: "high-performance" })) ??
            (await navigator.gpu.requestAdapter());
    } catch (error) {
        console.warn(error);
    }
    if (!adapter) return "no-adapter";
    if (isSoftware(adapter)) {
        root.dataset.software = "";
        document.getElementById("software").hidden = false;
    }
    return null;
}

/** Whether the processor computes what the adapter is asked for. */
function isSoftware(adapter) {
    const info = adapter.info ?? {};
    const words = [info.vendor, info.architecture, info.device, info.description].join(" ");
    return (
        Boolean(info.isFallbackAdapter ?? adapter.isFallbackAdapter) ||
        /swiftshader|llvmpipe|lavapipe|basic render|\bwarp\b/i.test(words)
    );
}

/** Fetches the program, telling how far that is; `abort` ends it. */
async function fetchProgram(address, bytes, abort) {
    const megabytes = (count) => (count / 1e6).toFixed(1);
    const response = await fetch(address, { signal: abort });
    if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
    let count = 0;
    const counted = response.body.pipeThrough(
        new TransformStream({
            transform(chunk, controller) {
                count += chunk.byteLength;
                loaded.textContent = `Loading ${megabytes(count)} of ${megabytes(bytes)} MB…`;
                controller.enqueue(chunk);
            },
        }),
    );
    // So that it compiles while it comes, also from servers that do not know the type.
    return new Response(counted, { headers: { "Content-Type": "application/wasm" } });
}

async function start() {
    document.getElementById("late").remove();
    const { glue, program, bytes } = document.body.dataset;
    const abort = new AbortController();
    const address = new URL(program, document.baseURI).href;
    const fetched = fetchProgram(address, Number(bytes), abort.signal);
    // Its failure is told below, if nothing else is in the way.
    fetched.catch(() => {});
    const problem = await obstacle();
    if (problem) {
        abort.abort();
        show(problem);
        return;
    }
    try {
        const module = await import(new URL(glue, document.baseURI).href);
        await module.default({ module_or_path: fetched });
        if (!root.hasAttribute("data-started")) loaded.textContent = "Starting…";
    } catch (error) {
        if (message.hidden) show(error instanceof WebAssembly.RuntimeError ? "stopped" : "failed", String(error));
        throw error;
    }
}

// A defect that the program could not tell of itself, such as memory running out.
addEventListener("error", ({ error }) => {
    if (error instanceof WebAssembly.RuntimeError && message.hidden) show("stopped", String(error));
});
addEventListener("unhandledrejection", ({ reason }) => {
    if (reason instanceof WebAssembly.RuntimeError && message.hidden) show("stopped", String(reason));
});

document.getElementById("dismiss").addEventListener("click", () => {
    document.getElementById("software").hidden = true;
    document.getElementById("app").focus();
});

await start();
