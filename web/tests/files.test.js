// What is dropped onto the page, and links to it.

import assert from "node:assert/strict";
import test from "node:test";
import { cifar, drop, link, press, untilState } from "./driving.js";
import { openApp, shoot, withPage } from "./support.js";

// So narrow that little has to be compiled.
const SHORT = { model: "resnet-8", width: "4", "max-steps": "3", "batch-size": "16", "limit-test": "32" };

test("an archive that is dropped trains, and goes nowhere", async () => {
    await withPage({}, async (page, server) => {
        await openApp(page, link(server.address(), SHORT));
        const asked = server.asked.length;
        await drop(page, await cifar());
        await untilState(page, /is the data of the next run/);
        assert.match(new URL(page.url()).hash, /data=[^&]*cifar-10-binary\.tar\.gz/);
        await press(page, "do-start");
        await untilState(page, /cifar-10-binary\.tar\.gz: finished after step 3/);
        await shoot(page, "dropped");
        // The page's icon may come at any time.
        assert.deepEqual(server.asked.slice(asked).filter((path) => !path.includes("icon")), []);
        assert.deepEqual(page.faults, []);
    });
});

test("a broken archive gives its sentence, and the page goes on", async () => {
    await withPage({}, async (page, server) => {
        await openApp(page, link(server.address(), SHORT));
        await drop(page, await cifar({ broken: true }));
        await untilState(page, /is the data of the next run/);
        await press(page, "do-start");
        const said = await untilState(page, /test_batch\.bin/);
        assert.match(said, /record|bytes/);
        await shoot(page, "broken");
        await drop(page, await cifar());
        await untilState(page, /is the data of the next run/);
        await press(page, "do-start");
        await untilState(page, /finished after step 3/);
        assert.deepEqual(page.faults, []);
    });
});

test("a link that cannot be used says which part of it", async () => {
    await withPage({}, async (page, server) => {
        await openApp(page, `${server.address()}#model=resnet-8&lr=fast`);
        const said = await untilState(page, /lr=fast/);
        assert.match(said, /correct the link/);
        assert.deepEqual(page.faults, []);
    });
});
