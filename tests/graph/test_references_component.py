"""Uses of what the script blocks of Vue's and Svelte's components bind, in code and in templates."""

from __future__ import annotations

from sightline.base.paths import WorkspacePath
from support.graphs import graph_of, symbol, uses


def test_a_template_uses_what_the_setup_block_binds() -> None:
    graph = graph_of(
        {
            "Page.vue": """
                <template>
                  <MyButton :class="{ on: active }" @click="save(active, 1); reset()">{{ label }}</MyButton>
                  <my-card v-for="label in labels" :key="label">{{ label }}</my-card>
                </template>
                <script setup lang="ts">
                import MyButton from './MyButton.vue'
                import MyCard from './MyCard.vue'
                const active = true, label = 'a', labels = ['b']
                function save(on: boolean, times: number) {}
                function reset() {}
                </script>
            """,
            "MyButton.vue": "<template><b/></template>\n",
            "MyCard.vue": "<script>\nexport default { name: 'MyCard' }\n</script>\n",
        }
    )
    assert uses(graph, "Page.vue::active") == ["Page.vue:2:27 read exact", "Page.vue:2:50 read exact"]
    assert uses(graph, "Page.vue::save") == ["Page.vue:2:45 call exact"]
    assert uses(graph, "Page.vue::reset") == ["Page.vue:2:62 call exact"]
    assert uses(graph, "Page.vue::label") == ["Page.vue:2:74 read exact"], "the loop binds its own"
    assert uses(graph, "Page.vue::labels") == ["Page.vue:3:28 read exact"]
    assert "Page.vue:2:4 call exact" in uses(graph, "MyButton.vue::default")
    assert "Page.vue:3:4 call exact" in uses(graph, "MyCard.vue::default")


def test_a_use_spelled_with_dashes_covers_what_is_spelled() -> None:
    text = "<template><my-card v-in-view /></template>\n<script setup>\nimport MyCard from './MyCard.vue'\n"
    text += "const vInView = {}\n</script>\n"
    graph = graph_of({"Page.vue": text, "MyCard.vue": "<template><p/></template>\n"})
    covered = {
        name: [text[place.reference.span.start : place.reference.span.end] for place in places]
        for name in ("MyCard.vue::default", "Page.vue::vInView")
        for places in [graph.references(symbol(graph, name)).places]
    }
    assert covered == {"MyCard.vue::default": ["my-card"], "Page.vue::vInView": ["v-in-view"]}


def test_a_component_is_the_default_of_its_file() -> None:
    graph = graph_of(
        {
            "main.ts": "import App from './App.vue';\nimport Box from './Box.svelte';\nrun(App, new Box());\n",
            "App.vue": "<template><p/></template>\n<script setup>\nconst a = 1\n</script>\n",
            "Box.svelte": "<script>\nexport let open;\n</script>\n{open}\n",
        }
    )
    assert uses(graph, "App.vue::default") == ["main.ts:3:5 read exact"]
    assert uses(graph, "Box.svelte::default") == ["main.ts:3:14 call exact"]
    assert symbol(graph, "Box.svelte::open").definition.exported
    assert uses(graph, "Box.svelte::open") == ["Box.svelte:4:2 read exact"]


def test_what_other_files_export_is_used_in_templates_too() -> None:
    graph = graph_of(
        {
            "svelte.config.js": "export default {};\n",
            "src/lib/stores.ts": "export const session = make();\nexport function shout(text: string) {}\n",
            "src/routes/+page.svelte": """
                <script lang="ts">
                  import { session, shout } from '$lib/stores';
                </script>
                {#if $session.user}<button on:click={() => shout('a')}>{shout(`b`)}</button>{/if}
            """,
        }
    )
    page = "src/routes/+page.svelte"
    assert uses(graph, "src/lib/stores.ts::shout") == [
        f"{page}:2:21 import exact",
        f"{page}:4:44 call exact",
        f"{page}:4:57 call exact",
    ]
    assert uses(graph, "src/lib/stores.ts::session") == [f"{page}:2:12 import exact", f"{page}:4:7 read exact"]


def test_a_block_that_lies_elsewhere_is_the_component() -> None:
    graph = graph_of(
        {
            "a/View.vue": '<template><p/></template>\n<script src="./view.js"></script>\n',
            "a/view.js": "export default { name: 'View' };\n",
            "main.js": "import View from './a/View.vue';\nmount(View);\n",
        }
    )
    assert graph.module(WorkspacePath(symbol(graph, "a/view.js::default").path.root, "a/View.vue"), "./view.js")
    assert "main.js:2:7 read exact" in uses(graph, "a/view.js::default")
