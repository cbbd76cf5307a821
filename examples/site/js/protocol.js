// Shows how this page arrived: the protocol and timings by the browser's own Performance API, the headers of an answer,
// and what the origin saw of the request.

const PROTOCOLS = { "http/1.0": "HTTP/1.0", "http/1.1": "HTTP/1.1", h2: "HTTP/2", h3: "HTTP/3" };

// Fields that the edge adds or that tell of it.
const OURS = new Set(["via", "brink-ray", "cf-ray", "cache-status", "proxy-status", "server-timing", "age", "alt-svc"]);

const byId = (id) => document.getElementById(id);
const protocolName = (entry) => PROTOCOLS[entry.nextHopProtocol] ?? (entry.nextHopProtocol || "unknown");
const milliseconds = (time) => `${time.toFixed(1)} ms`;

function row(cells, className = "") {
  const tr = document.createElement("tr");
  tr.className = className;
  for (const cell of cells) {
    const td = document.createElement("td");
    td.textContent = cell.text ?? cell;
    td.className = cell.number ? "number" : "";
    tr.append(td);
  }
  return tr;
}

function showFacts() {
  const page = performance.getEntriesByType("navigation")[0];
  const facts = {
    protocol: protocolName(page),
    encrypted: location.protocol === "https:" ? "yes" : "no",
    connect: page.connectEnd > page.connectStart ? milliseconds(page.connectEnd - page.connectStart) : "reused",
    "first-byte": milliseconds(page.responseStart - page.requestStart),
  };
  for (const [name, value] of Object.entries(facts)) {
    document.querySelector(`[data-fact="${name}"]`).textContent = value;
  }
}

function showResources() {
  const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  byId("resources").replaceChildren(
    ...entries.map((entry) =>
      row([
        new URL(entry.name).pathname,
        protocolName(entry),
        { text: entry.transferSize ? entry.transferSize.toLocaleString("en") : "from cache", number: true },
        { text: milliseconds(entry.duration), number: true },
      ]),
    ),
  );
}

async function showAnswer() {
  byId("asked").textContent = "";
  const started = performance.now();
  try {
    const response = await fetch("/origin-saw", { cache: "no-store" });
    byId("origin").textContent = await response.text();
    const headers = [...response.headers].sort(([a], [b]) => OURS.has(b) - OURS.has(a) || a.localeCompare(b));
    byId("headers").replaceChildren(...headers.map(([name, value]) => row([name, value], OURS.has(name) ? "ours" : "")));
    byId("asked").textContent = `${response.status} after ${milliseconds(performance.now() - started)}`;
  } catch (error) {
    byId("asked").textContent = `No answer: ${error.message}`;
  }
  showResources();
}

byId("again").addEventListener("click", showAnswer);
addEventListener("load", () => {
  showFacts();
  showAnswer();
});
