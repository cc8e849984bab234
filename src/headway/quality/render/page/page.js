"use strict";
(() => {
  const STEP = 100; // rows shown at a time
  const MARKS = { "+": "hit", "-": "missed", "~": "partly" };
  const SAID = { hit: "run", missed: "not run", partly: "not every way taken" };
  const KNOWN = new Set(["critical", "high", "medium", "low", "info", "passed", "failed", "error",
    "skipped", "flaky", "inconclusive", "reported"]);

  const make = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const inflate = async (packed) => {
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).text();
  };

  const sources = JSON.parse(document.getElementById("sources").textContent);
  const unseen = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g;
  const clean = (text) => text.replace(unseen, "\ufffd");

  // --- source lines -----------------------------------------------------------------------

  const showSource = async (button, number) => {
    const row = button.closest("tr");
    const old = row.nextElementSibling;
    const open = old !== null && old.classList.contains("opened");
    button.setAttribute("aria-expanded", String(!open));
    if (open) { old.remove(); return; }
    const [marks, ...lines] = (await inflate(sources[number])).split("\n");
    const box = make("div", { className: "source", tabIndex: 0 });
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Source of " + button.textContent);
    box.append(...lines.map((line, n) => {
      const state = MARKS[marks[n]] || "";
      const shown = make("div", { className: state }, make("i", {}, String(n + 1)), clean(line) || " ");
      if (state) shown.title = SAID[state];
      return shown;
    }));
    row.after(make("tr", { className: "opened" }, make("td", { colSpan: row.cells.length }, box)));
    const first = box.querySelector(".missed, .partly");
    if (first) box.scrollTop = Math.max(0, first.offsetTop - box.offsetTop - 60);
  };

  // --- cells: what each kind holds is said in table.py --------------------------------------

  const CELLS = {
    text: (value) => clean(value),
    code: (value) => clean(value),
    number: (value) => value[1],
    badge: (value) => make("span", {
      className: "badge" + (KNOWN.has(value) ? " b-" + value : "") }, clean(value)),
    share: (value) => {
      if (value === null) return "–";
      const bar = make("progress", { max: 100, value });
      bar.setAttribute("aria-hidden", "true");
      return [bar, make("span", {}, value.toFixed(1) + " %")];
    },
    more: ([summary, detail]) => detail
      ? make("details", {}, make("summary", {}, clean(summary)), make("pre", {}, clean(detail)))
      : clean(summary),
    link: ([text, url]) => /^https?:\/\/\S+$/.test(url)
      ? make("a", { href: url, rel: "noopener noreferrer" }, clean(text)) : clean(text),
    source: ([path, number]) => {
      if (number < 0) return clean(path);
      const button = make("button", { className: "file", type: "button" }, clean(path));
      button.setAttribute("aria-expanded", "false");
      button.onclick = () => showSource(button, number);
      return button;
    },
  };

  const plain = (value) => Array.isArray(value) ? value[0] : value;

  // --- one table ---------------------------------------------------------------------------

  const enliven = ({ id, kinds, choose, order, rows }) => {
    const holder = document.getElementById(id);
    const body = holder.querySelector("tbody");
    const heads = [...holder.querySelectorAll("th")];
    const hidden = choose.map(() => new Set());
    let wanted = "", sorted = -1, rising = true, shown = STEP, found = rows;
    const texts = rows.map((row) => row.map(plain).join("\n").toLowerCase());

    const rowOf = (row) => make("tr", {}, ...row.map((value, n) => {
      const content = CELLS[kinds[n]](value);
      return make("td", { className: "k-" + kinds[n] }, ...(Array.isArray(content) ? content : [content]));
    }));

    const more = make("button", { className: "more", type: "button" });
    const said = make("output");

    const show = () => {
      body.replaceChildren(...found.slice(0, shown).map(rowOf));
      const rest = found.length - shown;
      more.hidden = rest <= 0;
      more.textContent = `Show ${Math.min(STEP * 5, rest)} more of ${rest.toLocaleString("en")}`;
      said.textContent = found.length === rows.length
        ? `${rows.length.toLocaleString("en")} rows`
        : `${found.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
    };

    const choice = () => {
      found = rows.filter((row, n) => (!wanted || texts[n].includes(wanted))
        && choose.every((column, c) => !hidden[c].has(row[column])));
      if (sorted >= 0) {
        const turn = rising ? 1 : -1;
        const rank = (value) => (order.includes(value) ? order.indexOf(value) : value);
        found.sort((one, other) => {
          const a = rank(plain(one[sorted])), b = rank(plain(other[sorted]));
          if (a === null || b === null) return (a === null) - (b === null);
          return turn * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
        });
      }
      shown = STEP;
      show();
    };

    more.onclick = () => {
      const from = shown;
      shown += STEP * 5;
      body.append(...found.slice(from, shown).map(rowOf));
      const rest = found.length - shown;
      more.hidden = rest <= 0;
      more.textContent = `Show ${Math.min(STEP * 5, rest)} more of ${rest.toLocaleString("en")}`;
    };

    heads.forEach((head, n) => {
      const button = make("button", { type: "button" }, head.textContent);
      button.onclick = () => {
        // Numbers are looked at from the largest on.
        const falls = kinds[n] === "number" || kinds[n] === "share";
        rising = sorted === n ? !rising : !falls;
        sorted = n;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", rising ? "ascending" : "descending");
        choice();
      };
      head.replaceChildren(button);
    });

    const bar = make("div", { className: "tools" });
    if (rows.length > 5) {
      const search = make("input", { type: "search", placeholder: "Filter" });
      search.setAttribute("aria-label", "Filter " + holder.querySelector("caption").textContent);
      search.oninput = () => { wanted = search.value.toLowerCase(); choice(); };
      bar.append(search);
    }
    choose.forEach((column, c) => {
      const counts = new Map();
      rows.forEach((row) => counts.set(row[column], (counts.get(row[column]) || 0) + 1));
      if (counts.size < 2 || counts.size > 14) return;
      const at = (word) => (order.includes(word) ? order.indexOf(word) : order.length);
      const names = [...counts.keys()].sort((a, b) => at(a) - at(b) || a.localeCompare(b));
      const group = make("fieldset", {}, make("legend", {}, heads[column].textContent));
      names.forEach((word) => {
        const box = make("input", { type: "checkbox", checked: true });
        box.onchange = () => {
          if (box.checked) hidden[c].delete(word); else hidden[c].add(word);
          choice();
        };
        group.append(make("label", {}, box, ` ${clean(word)} (${counts.get(word).toLocaleString("en")})`));
      });
      bar.append(group);
    });
    if (bar.children.length) { bar.append(said); holder.prepend(bar); }
    holder.append(more);
    holder.querySelectorAll(".note").forEach((note) => note.remove());
    show();
  };

  const start = async () => {
    const holder = document.getElementById("tables");
    const text = holder.type === "text/plain" ? await inflate(holder.textContent) : holder.textContent;
    JSON.parse(text).forEach(enliven);
  };
  start();
})();
