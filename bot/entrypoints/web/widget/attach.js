/** Files that a visitor sends: checked, kept in this browser until they are sent, and sent. Loaded when the first comes. */

const MARKS = {
  "image/jpeg": /^\xff\xd8\xff/,
  "image/png": /^\x89PNG\r\n\x1a\n/,
  "image/gif": /^GIF8[79]a/,
  "image/webp": /^RIFF[^]{4}WEBP/,
  "image/heic": /^[^]{4}ftyp(hei[cx]|mif1|msf1|hevc)/,
  "application/pdf": /^%PDF-/,
};
const UPLOAD_WITHIN = 180_000;
const STORE = "files";

/** Why this file is not sent, or null. What a browser calls a file is not what it is, so its first bytes are looked at. */
async function faultOf(file, type, { types, largest }, phrases) {
  if (!type) return phrases.fileType(Object.values(types).map(([ending]) => ending.slice(1).toUpperCase()).join(", "));
  if (file.size > largest) return phrases.fileSize(`${Math.floor(largest / 100_000) / 10} MB`);
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  return file.size > 0 && (MARKS[type]?.test(head) ?? true) ? null : phrases.fileBroken;
}

/** The type by which the service takes it; some systems give photographs none, so the ending counts, too. */
function typeOf({ name, type }, types) {
  if (types[type]) return type;
  const ending = /\.[^.]+$/.exec(name.toLowerCase())?.[0];
  return Object.keys(types).find((one) => types[one].includes(ending));
}

/** Have these files sent by `send(id, {name, type, size})`; `refuse(words)` says why one is not. */
export async function attach(files, { rules, phrases, key, newId, send, refuse }) {
  for (const file of files) {
    const type = typeOf(file, rules.types);
    const fault = await faultOf(file, type, rules, phrases);
    if (fault) {
      refuse(`${file.name}: ${fault}`);
      continue;
    }
    const id = newId();
    await keep(key, id, file);
    send(id, { name: file.name, type, size: file.size });
  }
}

/** The service's answer; null where the file is not here any more. `progress` gets the share that has left. */
export async function upload({ id, file }, { key, url, token, progress }) {
  const body = await kept(key, id);
  if (!body) return null;
  url.search = new URLSearchParams({ id, name: file.name });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not say how much has left
    request.open("POST", url);
    request.timeout = UPLOAD_WITHIN;
    request.setRequestHeader("Content-Type", file.type);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = request.ontimeout = request.onabort = () => reject(new Error("the file did not arrive"));
    request.send(body);
  });
}

// ------------------------------------------------------------------------- IndexedDB, or memory where there is none

const memory = new Map();

function open(key) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(key, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });
}

async function inStore(key, mode, work) {
  const database = await open(key);
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

async function keep(key, id, file) {
  memory.set(id, file);
  const content = new Blob([await file.arrayBuffer()]); // a file on the disk may be moved before it is sent
  await inStore(key, "readwrite", (store) => store.put(content, id)).catch(() => {});
}

async function kept(key, id) {
  return memory.get(id) ?? (await inStore(key, "readonly", (store) => store.get(id)).catch(() => null));
}

export async function drop(key, id) {
  memory.delete(id);
  await inStore(key, "readwrite", (store) => store.delete(id)).catch(() => {});
}
