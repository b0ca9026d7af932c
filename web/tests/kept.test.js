// What stays: data in the browser on request, and a training in a tab that nobody looks at.

import assert from "node:assert/strict";
import test from "node:test";
import { drop, link, pictures, press, steps, untilProgress, untilState } from "./driving.js";
import { PATIENCE, openApp, withPage } from "./support.js";

const SHORT = { model: "resnet-8", width: "4", "image-size": "16", "max-steps": "2", "batch-size": "8" };

/** Asks until the answer is yes. */
async function until(ask) {
    const end = Date.now() + PATIENCE;
    while (!(await ask())) {
        assert.ok(Date.now() < end, `still not: ${ask}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
}

test("a folder of images is kept on request, is there after a reload, and can be forgotten", async () => {
    await withPage({}, async (page, server) => {
        const address = link(server.address(), SHORT);
        await openApp(page, address);
        await drop(page, await pictures());
        await untilState(page, /pictures is the data of the next run/);
        const stored = () => page.evaluate(async () => (await (await caches.open("bnonly-data")).keys()).length);
        assert.equal(await stored(), 0, "nothing is kept unasked");
        await page.click("#offer button:has-text('Keep it')");
        await until(async () => (await stored()) === 1);

        await page.reload();
        await page.waitForSelector("#offer:not([hidden])");
        assert.match(await page.innerText("#offer"), /Kept in this browser: pictures/);
        await page.click("#offer button:has-text('Use it')");
        await page.waitForFunction(() => location.hash.includes("data=pictures"));
        await press(page, "do-start");
        await untilState(page, /pictures: finished after step 2/);

        await page.reload();
        await page.click("#offer button:has-text('Forget it')");
        await until(() => page.evaluate(async () => !(await caches.has("bnonly-data"))));
        await openApp(page, server.address());
        assert.equal(await page.isVisible("#offer"), false);
        assert.deepEqual(page.faults, []);
    });
});

test("a training goes on, and is told of, in a tab that nobody sees", async () => {
    await withPage({}, async (page, server) => {
        await openApp(page, link(server.address(), { ...SHORT, "max-steps": "100000" }));
        await press(page, "do-start");
        await untilProgress(page, /Step [1-9]/);
        // As browsers do with a tab that nobody sees; without a display they show every tab.
        await page.evaluate(() => {
            Object.defineProperty(document, "hidden", { get: () => true });
            Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
            globalThis.requestAnimationFrame = () => 0;
            document.dispatchEvent(new Event("visibilitychange"));
        });
        const before = await steps(page);
        await page.waitForFunction(
            (before) => Number(/Step ([\d,]+)/.exec(document.getElementById("progress").textContent)[1].replaceAll(",", "")) > before + 3,
            before,
            { polling: 500 },
        );
        assert.deepEqual(page.faults, []);
    });
});
