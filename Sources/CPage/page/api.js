// Asking the coordinator, with the token where it wants one.

const tokenPlace = "mapreduce.token";

// The coordinator wants a token, or another one.
class TokenNeeded extends Error {}

// The coordinator answered that it will not.
class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const api = {
  token: () => sessionStorage.getItem(tokenPlace),

  keep(token) {
    sessionStorage.setItem(tokenPlace, token);
  },

  // Keeps the token of a link, `#token=…`, and takes it out of the address: an address is shown,
  // and sent to others. Says whether there was one.
  keepFromAddress() {
    const match = /^#token=([\x21-\x7e]+)$/.exec(location.hash);
    if (!match) return false;
    api.keep(match[1]);
    history.replaceState(null, "", location.pathname + location.search);
    return true;
  },

  forget() {
    sessionStorage.removeItem(tokenPlace);
  },

  async call(path, options = {}) {
    const headers = { ...options.headers };
    const token = api.token();
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(path, { ...options, headers, cache: "no-store" });
    if (answer.status === 401) throw new TokenNeeded();
    if (!answer.ok) throw new Refused(answer.status, await reason(answer));
    return answer;
  },

  async json(path) {
    return (await api.call(path)).json();
  },
};

// What the coordinator says about an answer that is an error.
async function reason(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text).error.message;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return text || `the coordinator answered ${answer.status}`;
  }
}
