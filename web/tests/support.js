// What the tests of the page share: a server that writes down what is asked of it, a browser that
// computes without a GPU, and pictures as numbers.
//
// From the environment: BUNDLE, the folder with the page; SHOTS, where pictures go; CHROMIUM, the
// browser; BNONLY, the same program built for this machine. `cargo xtask test` sets them.

import { createServer } from "node:http";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";

/** Where the page lies on the server: it must not take itself to be at the root. */
export const SUB_PATH = "/some/where/";

const web = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const target = path.resolve(web, "../target");
const bundle = process.env.BUNDLE ?? path.join(target, "web");
const shots = process.env.SHOTS ?? path.join(target, "web-shots");

/** Machines that build are slow, and do other things beside. */
export const PATIENCE = Number(process.env.PATIENCE ?? 300_000);

/** Chromium that computes and shows what it computes, on the processor. */
const WEBGPU = [
    "--enable-unsafe-webgpu",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--use-angle=swiftshader",
];

/** Names that stand for this machine but are not `localhost`, and none that lead out of it. */
const NAMES = "--host-resolver-rules=MAP example.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

const TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
};

/** The program for this machine. */
export function native() {
    const suffix = process.platform === "win32" ? ".exe" : "";
    const choices = [process.env.BNONLY, path.join(target, `debug/bnonly${suffix}`)];
    const found = choices.find((choice) => choice && existsSync(choice));
    if (!found) throw new Error("there is no native bnonly; build it, or name it by BNONLY");
    return found;
}

/**
 * Serves the page under SUB_PATH. `change(name, bytes)` may give other bytes for a file, or null for
 * none. `asked` holds the path of every request.
 */
export async function serve({ change = (_, bytes) => bytes, type = (end) => TYPES[end] } = {}) {
    const names = await readdir(bundle);
    const files = new Map();
    for (const name of names) files.set(SUB_PATH + name, await readFile(path.join(bundle, name)));
    files.set(SUB_PATH, files.get(`${SUB_PATH}index.html`));
    if (!files.get(SUB_PATH)) throw new Error(`${bundle} holds no page; \`cargo xtask web\` builds it`);
    const asked = [];
    const server = createServer((request, response) => {
        const { pathname } = new URL(request.url, "http://localhost");
        asked.push(pathname);
        const name = pathname.endsWith("/") ? "index.html" : path.posix.basename(pathname);
        const bytes = files.has(pathname) ? change(name, files.get(pathname)) : null;
        if (bytes === null) {
            response.writeHead(404).end("Not found");
            return;
        }
        response.writeHead(200, { "Content-Type": type(path.posix.extname(name)) ?? "application/octet-stream" });
        response.end(bytes);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address();
    return {
        asked,
        address: (host = "127.0.0.1") => `http://${host}:${port}${SUB_PATH}`,
        async close() {
            server.closeAllConnections?.();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}

/**
 * Opens a browser and in it a page, which is not yet anywhere. `before` runs in the page before its own
 * scripts. The page notes what goes wrong in it: `faults` holds errors of the console, exceptions, and
 * what its security policy refused; `requests` all that it asked for, anywhere.
 */
export async function openPage({ webgpu = true, before = null, change, type, ...options } = {}) {
    const browser = await chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        // The new headless mode, which draws as the window does.
        headless: false,
        args: [
            "--headless=new",
            "--no-sandbox",
            ...(webgpu ? WEBGPU : []),
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            NAMES,
            // Chromium does not tell canvases of a scale that is only emulated.
            `--force-device-scale-factor=${options.deviceScaleFactor ?? 1}`,
        ],
        timeout: PATIENCE,
    });
    const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        acceptDownloads: true,
        ...options,
    });
    context.setDefaultTimeout(PATIENCE);
    context.setDefaultNavigationTimeout(PATIENCE);
    await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => {
            console.error(`refused by ${event.effectiveDirective}: ${event.blockedURI}`);
        });
        // When the first picture was there: once the program says so, the frame after next.
        new MutationObserver((_, observer) => {
            if (!document.documentElement?.hasAttribute("data-started")) return;
            observer.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => {
                globalThis.firstPicture = performance.now();
            }));
        }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-started"] });
    });
    if (before) await context.addInitScript(before);
    const page = await context.newPage();
    page.faults = [];
    page.requests = [];
    page.on("console", (message) => {
        if (message.type() === "error") page.faults.push(message.text());
    });
    page.on("pageerror", (error) => page.faults.push(String(error)));
    context.on("request", (request) => page.requests.push(request.url()));
    page.end = () => browser.close();
    return page;
}

/** Runs a test with a server and a page, and ends both; a test that fails leaves a picture. */
export async function withPage(options, run) {
    const server = await serve(options);
    try {
        const page = await openPage(options);
        try {
            await run(page, server);
        } catch (error) {
            await shoot(page, "failed").catch(() => {});
            error.message += `\nin the page: ${JSON.stringify(await page.evaluate(told).catch(String))}`;
            error.message += `\nfaults: ${page.faults.join("\n")}`;
            throw error;
        } finally {
            await page.end();
        }
    } finally {
        await server.close();
    }
}

/** What the page says in plain HTML. */
function told() {
    const texts = ["status", "progress", "message", "loading"].map((name) => {
        const element = document.getElementById(name);
        return [name, element?.hidden ? null : element?.innerText];
    });
    return Object.fromEntries(texts);
}

/** Opens the app and waits for its first picture; returns the milliseconds that took. */
export async function openApp(page, address) {
    await page.goto(address);
    await page.waitForFunction(
        () => globalThis.firstPicture !== undefined || !document.getElementById("message").hidden,
    );
    if (await page.isVisible("#message")) {
        throw new Error(`the page says: ${await page.innerText("#message")}`);
    }
    return page.evaluate(() => globalThis.firstPicture);
}

/** Takes a picture of the page, keeps it, and returns it as numbers. */
export async function shoot(page, name) {
    await mkdir(shots, { recursive: true });
    const png = await page.screenshot({ path: path.join(shots, `${name}.png`), timeout: PATIENCE });
    return decode(page, png);
}

/** The pixels of a PNG: `at(x, y)` is [red, green, blue]; x and y in CSS pixels. */
async function decode(page, png) {
    // An empty page decodes, apart from the one under test and what is written down of it.
    const context = await page.context().browser().newContext();
    const empty = await context.newPage();
    try {
        const picture = await empty.evaluate(async (base64) => {
            const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
            const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
            const context = canvas.getContext("2d");
            context.drawImage(bitmap, 0, 0);
            const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
            let text = "";
            for (let i = 0; i < data.length; i += 0x8000) {
                text += String.fromCharCode(...data.subarray(i, i + 0x8000));
            }
            return { width: bitmap.width, height: bitmap.height, pixels: btoa(text) };
        }, png.toString("base64"));
        const pixels = Buffer.from(picture.pixels, "base64");
        const { width, height } = picture;
        const scale = width / (page.viewportSize()?.width ?? width);
        const at = (x, y) => {
            const start = 4 * (Math.round(y * scale) * width + Math.round(x * scale));
            return [...pixels.subarray(start, start + 3)];
        };
        return { width, height, pixels, at, colours: (area) => colours(pixels, width, height, area) };
    } finally {
        await context.close();
    }
}

/** How many different colours an area has, in pixels of the picture; all of it without one. */
function colours(pixels, width, height, { left = 0, top = 0, right = width, bottom = height } = {}) {
    const seen = new Set();
    for (let y = Math.floor(top); y < bottom; y += 1) {
        for (let x = Math.floor(left); x < right; x += 1) {
            seen.add(pixels.readUInt32BE(4 * (y * width + x)));
        }
    }
    return seen.size;
}
