// Where the page cannot compute, or only slowly, it says which case that is and what to do.

import assert from "node:assert/strict";
import test from "node:test";
import { PATIENCE, openApp, shoot, withPage } from "./support.js";

/** Waits for a message, keeps a picture of it, and returns its text. */
async function message(page, address, name) {
    await page.goto(address);
    await page.waitForSelector("#message:not([hidden])", { timeout: PATIENCE });
    assert.equal(await page.getAttribute("#message", "data-case"), name);
    await shoot(page, `message-${name}`);
    // Who hears the page hears it first, and reaches nothing behind it.
    assert.equal(await page.getAttribute("#message", "role"), "alert");
    assert.equal(await page.evaluate(() => document.activeElement.id), "message");
    assert.equal(await page.evaluate(() => document.getElementById("main").inert), true);
    return page.innerText("#message");
}

const noGpu = () => delete Navigator.prototype.gpu;

test("without navigator.gpu it says that WebGL is not enough, and how to get WebGPU", async () => {
    await withPage({ before: noGpu }, async (page, server) => {
        const text = await message(page, server.address(), "only-webgl");
        assert.match(text, /WebGL, but no WebGPU/);
        for (const word of ["compute", "Chrome", "chrome://flags", "about:config", "Safari"]) {
            assert.ok(text.includes(word), word);
        }
        assert.deepEqual(page.faults, []);
    });
});

test("without WebGPU and WebGL it says how to get WebGPU", async () => {
    const before = () => {
        delete Navigator.prototype.gpu;
        HTMLCanvasElement.prototype.getContext = () => null;
    };
    await withPage({ before }, async (page, server) => {
        const text = await message(page, server.address(), "no-webgpu");
        assert.match(text, /This browser has no WebGPU/);
        assert.match(text, /Firefox/);
        assert.deepEqual(page.faults, []);
    });
});

test("over plain http from another host it asks for https or localhost", async () => {
    await withPage({}, async (page, server) => {
        const text = await message(page, server.address("example.test"), "insecure");
        assert.match(text, /https:\/\//);
        assert.match(text, /localhost/);
        assert.ok(text.includes(new URL(server.address("example.test")).origin), text);
        assert.deepEqual(page.faults, []);
    });
});

test("with a WebGPU that has no GPU it says where to look why", async () => {
    const before = () => {
        GPU.prototype.requestAdapter = async () => null;
    };
    await withPage({ before }, async (page, server) => {
        const text = await message(page, server.address(), "no-adapter");
        for (const words of ["chrome://gpu", "about:support", "driver", "WebGL works here"]) {
            assert.ok(text.includes(words), words);
        }
        assert.deepEqual(page.faults, []);
    });
});

test("a browser as it comes, without a GPU, says what is missing", async () => {
    await withPage({ webgpu: false }, async (page, server) => {
        await page.goto(server.address());
        await page.waitForSelector("#message:not([hidden]), [data-software]", { timeout: PATIENCE, state: "attached" });
        const name = await page.evaluate(() => document.getElementById("message").dataset.case ?? "software");
        await shoot(page, "as-it-comes");
        // Which of them depends on the browser's version; a blank page it never is.
        assert.ok(["no-adapter", "only-webgl", "no-webgpu", "software"].includes(name), name);
    });
});

test("a software adapter is told of above the canvas, and that can be dismissed", async () => {
    await withPage({}, async (page, server) => {
        await openApp(page, server.address());
        assert.equal(await page.evaluate(() => document.documentElement.hasAttribute("data-software")), true);
        assert.match(await page.innerText("#software"), /on the processor, not on a GPU/);
        await page.click("#software summary");
        assert.match(await page.innerText("#software"), /graphics acceleration/);
        await page.waitForTimeout(1000);
        await shoot(page, "software");
        const [banner, canvas] = [await page.locator("#software").boundingBox(), await page.locator("#app").boundingBox()];
        assert.ok(canvas.y >= banner.y + banner.height, "the banner covers the canvas");
        await page.click("#dismiss");
        assert.equal(await page.isVisible("#software"), false);
        assert.deepEqual(await page.locator("#app").boundingBox(), { x: 0, y: 0, width: 1280, height: 800 });
    });
});

test("a GPU's adapter is not called slow", async () => {
    const before = () => {
        const info = { vendor: "nvidia", architecture: "ada", device: "", description: "", isFallbackAdapter: false };
        Object.defineProperty(GPUAdapter.prototype, "info", { get: () => info });
    };
    await withPage({ before }, async (page, server) => {
        await openApp(page, server.address());
        assert.equal(await page.isVisible("#software"), false);
    });
});

test("a program that does not come is told of, with what the server said", async () => {
    const change = (name, bytes) => (name.endsWith(".wasm") ? null : bytes);
    await withPage({ change }, async (page, server) => {
        const text = await message(page, server.address(), "failed");
        assert.match(text, /404/);
        assert.match(text, /Reload/);
    });
});

test("a program that comes damaged is told of", async () => {
    const change = (name, bytes) => (name.endsWith(".wasm") ? bytes.subarray(0, 1000) : bytes);
    await withPage({ change }, async (page, server) => {
        const text = await message(page, server.address(), "failed");
        assert.match(text, /CompileError/);
    });
});

test("a script that does not come is told of after a while", async () => {
    const change = (name, bytes) => (name.startsWith("page-") && name.endsWith(".js") ? null : bytes);
    await withPage({ change }, async (page, server) => {
        await page.goto(server.address());
        assert.equal(await page.isVisible("#late"), false);
        await page.waitForSelector("#late", { state: "visible", timeout: PATIENCE });
        assert.match(await page.innerText("#late"), /reload/);
    });
});

test("a program that ends by a defect is told of, with what it said", async () => {
    await withPage({}, async (page, server) => {
        await openApp(page, server.address());
        await page.evaluate(() => {
            setTimeout(() => {
                throw new WebAssembly.RuntimeError("memory access out of bounds");
            });
        });
        await page.waitForSelector("#message:not([hidden])");
        assert.equal(await page.getAttribute("#message", "data-case"), "stopped");
        assert.match(await page.innerText("#message"), /memory access out of bounds/);
        await shoot(page, "message-stopped");
    });
});

test("without scripts it says that it needs them", async () => {
    await withPage({ javaScriptEnabled: false }, async (page, server) => {
        await page.goto(server.address());
        await shoot(page, "message-noscript");
        assert.equal(await page.isVisible("noscript h1"), true);
        assert.match(await page.innerText("noscript"), /JavaScript/);
    });
});
