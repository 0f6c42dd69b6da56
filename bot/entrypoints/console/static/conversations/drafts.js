/** What a rep has typed and not sent: it survives a reload, in this tab, and is gone once it is sent or they log out. */

const placeOf = ({ id, me }) => `overture-draft:${me}:${id}`;

/** The draft for a conversation; empty where there is none. */
export const draftOf = (told) => sessionStorage.getItem(placeOf(told)) ?? "";

export function keepDraft(told, text) {
  if (!text) return sessionStorage.removeItem(placeOf(told));
  try {
    sessionStorage.setItem(placeOf(told), text);
  } catch {
    // the browser has no room for it: it is in its field as long as that is shown
  }
}

/** The drafts of everybody for this conversation, which is no more. */
export function dropDrafts(id) {
  for (const place of Object.keys(sessionStorage)) {
    if (place.startsWith("overture-draft:") && place.endsWith(`:${id}`)) sessionStorage.removeItem(place);
  }
}
