// Steps a second in the page beside those of the native program on the same driver: Chromium's own
// SwiftShader, which is a Vulkan driver for both. In turns, as machines are not equally fast all the
// time. `node web/speed.js` after `cargo xtask web --release-dir target/web` and `cargo build`; BNONLY
// names another native program.

import { execFile } from "node:child_process";
import path from "node:path";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";
import { command, download, folder, link, metrics, press, unpack, untilState } from "./tests/driving.js";
import { native, openApp, withPage } from "./tests/support.js";

const DRIVER = process.env.SWIFTSHADER ?? "/usr/lib/chromium/vk_swiftshader_icd.json";
const ROUNDS = Number(process.env.ROUNDS ?? 3);
/** One evaluation at the end, of as few images as there can be. */
const SETTINGS = { model: "resnet-8", "batch-size": process.env.BATCH ?? "64", "max-steps": process.env.STEPS ?? "12", "limit-test": "1" };

/** Steps a second between the second step and the last; the first waits for what is compiled then. */
async function rate(file) {
    const steps = (await metrics(file)).filter((event) => event.kind === "step");
    return (steps.length - 2) / (steps.at(-1).seconds - steps[1].seconds);
}

async function inThePage() {
    let found = 0;
    await withPage({}, async (page, server) => {
        await openApp(page, link(server.address(), SETTINGS));
        await press(page, "do-start");
        await untilState(page, /finished after step/);
        const into = await unpack(await download(page, () => command(page, "whole run")));
        const [run] = await readdir(into);
        found = await rate(path.join(into, run, "metrics.jsonl"));
    });
    return found;
}

async function natively() {
    const out = path.join(await folder(), "run");
    const options = Object.entries(SETTINGS).flatMap(([name, value]) => [`--${name}`, value]);
    const env = { ...process.env, VK_DRIVER_FILES: DRIVER };
    await promisify(execFile)(native(), ["train", ...options, "--out", out, "--quiet"], { env });
    return rate(path.join(out, "metrics.jsonl"));
}

console.log("steps a second: page, native, native / page");
for (let round = 0; round < ROUNDS; round += 1) {
    const [page, program] = [await inThePage(), await natively()];
    console.log(`${page.toFixed(3)}  ${program.toFixed(3)}  ${(program / page).toFixed(2)}`);
}
