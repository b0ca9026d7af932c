// The page opens: quickly, whole, and by its own files alone.

import assert from "node:assert/strict";
import test from "node:test";
import { SUB_PATH, openApp, shoot, withPage } from "./support.js";

test("the page opens under a sub-path, draws, and asks for nothing but its own files", async (t) => {
    await withPage({}, async (page, server) => {
        const milliseconds = await openApp(page, server.address());
        t.diagnostic(`first picture after ${Math.round(milliseconds)} ms`);
        // Long enough for what comes late, such as fonts and icons.
        await page.waitForTimeout(2000);
        const picture = await shoot(page, "opened");
        // A blank canvas has one colour, text and curves many.
        assert.ok(picture.colours() > 100, `${picture.colours()} colours`);
        assert.equal(await page.isVisible("#loading"), false);
        assert.equal(await page.isVisible("#message"), false);
        assert.deepEqual(page.faults, []);

        const { origin } = new URL(server.address());
        const foreign = page.requests.filter(
            (request) => !request.startsWith(origin + SUB_PATH) && !/^(data|blob):/.test(request),
        );
        assert.deepEqual(foreign, []);
        const outside = server.asked.filter((path) => !path.startsWith(SUB_PATH));
        assert.deepEqual(outside, []);
        // The page, its style and script, the glue, the program; the icon where the browser shows one.
        const names = new Set(server.asked.map((path) => path.slice(SUB_PATH.length).replace(/-[0-9a-f]{12}/, "")));
        names.delete("icon.svg");
        assert.deepEqual([...names].sort(), ["", "bnonly.js", "bnonly_bg.wasm", "page.css", "page.js"]);
    });
});

test("the program also comes from a server that does not know its type", async () => {
    const type = (end) => (end === ".wasm" ? "text/plain" : { ".js": "text/javascript", ".css": "text/css", ".html": "text/html" }[end]);
    await withPage({ type }, async (page, server) => {
        await openApp(page, server.address());
        assert.deepEqual(page.faults, []);
    });
});

test("its policy lets nothing in or out that is not its own", async () => {
    await withPage({}, async (page, server) => {
        await page.goto(server.address());
        const refused = (what) => page.evaluate(what);
        assert.equal(
            await refused(() => fetch("http://example.test/").then(() => "sent", () => "refused")),
            "refused",
        );
        assert.equal(
            await refused(
                () =>
                    new Promise((resolve) => {
                        const script = document.createElement("script");
                        script.textContent = "globalThis.inline = true";
                        document.head.append(script);
                        resolve(globalThis.inline === undefined ? "refused" : "ran");
                    }),
            ),
            "refused",
        );
        assert.equal(
            await refused(
                () =>
                    new Promise((resolve) => {
                        const image = new Image();
                        image.onload = () => resolve("sent");
                        image.onerror = () => resolve("refused");
                        image.src = "http://example.test/pixel.png";
                    }),
            ),
            "refused",
        );
        const directives = page.faults.filter((fault) => fault.startsWith("refused by"));
        assert.deepEqual(
            directives.map((fault) => fault.split(" ")[2].replace(":", "")).sort(),
            ["connect-src", "img-src", "script-src-elem"],
        );
    });
});

test("it fills a phone's screen, and lets the reader zoom", async () => {
    const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
    await withPage(phone, async (page, server) => {
        await openApp(page, server.address());
        await page.click("#dismiss");
        const box = await page.locator("#app").boundingBox();
        assert.deepEqual(box, { x: 0, y: 0, width: 390, height: 844 });
        const content = await page.getAttribute("meta[name=viewport]", "content");
        assert.doesNotMatch(content, /user-scalable|maximum-scale/);
        await page.waitForTimeout(1000);
        await shoot(page, "phone");
    });
});
