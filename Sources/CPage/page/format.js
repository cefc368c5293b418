// Numbers as the terminal shows them: `Format.swift` rounds the same way.

const Format = {
  // `12,345,678`.
  count(value) {
    return String(Math.trunc(value)).replace(/\B(?=(\d{3})+$)/g, ",");
  },

  // `1 record`, `2 records`.
  counted(value, noun) {
    return `${Format.count(value)} ${noun}${value === 1 ? "" : "s"}`;
  },

  // `1.07 GB`, in powers of 1000.
  bytes(value) {
    let scaled = value;
    for (const unit of ["bytes", "kB", "MB", "GB", "TB"]) {
      if (scaled < 999.5 || unit === "TB") {
        return unit === "bytes" ? `${value} bytes` : `${threeDigits(scaled)} ${unit}`;
      }
      scaled /= 1000;
    }
    return `${value} bytes`;
  },

  // `1.41 s`, `2 min 5 s`.
  duration(value) {
    const seconds = wholeMilliseconds(value);
    if (seconds < 100) return `${threeDigits(seconds)} s`;
    const whole = Math.round(seconds);
    if (whole < 3600) return `${Math.trunc(whole / 60)} min ${whole % 60} s`;
    return `${Math.trunc(whole / 3600)} h ${Math.trunc((whole % 3600) / 60)} min`;
  },

  // `763 MB/s`.
  rate(byteCount, seconds) {
    const rate = byteCount / Math.max(wholeMilliseconds(seconds), 1e-3);
    return `${Format.bytes(Math.trunc(Math.min(rate, 1e18)))}/s`;
  },

  // `63%`; never `100%` of what is not whole.
  percent(share) {
    const percent = Math.round(share * 100);
    return `${share < 1 ? Math.min(percent, 99) : percent}%`;
  },

  // A part of a whole, to a percent: `<1%` where it is little.
  share(share) {
    return share > 0 && share < 0.005 ? "<1%" : `${Math.round(share * 100)}%`;
  },

  // `3.2×`.
  times(factor) {
    return `${threeDigits(factor)}×`;
  },

  // A moment in seconds since 1970, as the reader's clock shows it.
  moment(seconds) {
    return new Date(seconds * 1000).toLocaleString(undefined, {
      dateStyle: "medium", timeStyle: "medium",
    });
  },

  // `12 s ago`, in one unit.
  ago(seconds) {
    const units = [[86400, "day"], [3600, "hour"], [60, "min"]];
    for (const [size, name] of units) {
      const count = Math.floor(seconds / size);
      if (count >= 1) return `${count} ${name}${name !== "min" && count > 1 ? "s" : ""} ago`;
    }
    return seconds < 5 ? "just now" : `${Math.floor(seconds)} s ago`;
  },

  // What is left, as roughly as it is known.
  left(seconds) {
    if (seconds < 10) return `${Math.max(1, Math.ceil(seconds))} s`;
    if (seconds < 90) return `${Math.ceil(seconds / 5) * 5} s`;
    if (seconds < 5400) return `${Math.ceil(seconds / 60)} min`;
    return `${Math.ceil(seconds / 3600)} h`;
  },
};

// What the terminal makes of a number of seconds that an answer claims.
function wholeMilliseconds(seconds) {
  return Math.trunc(Math.min(Math.max(seconds || 0, 0), 1e10) * 1000) / 1000;
}

function threeDigits(value) {
  const places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  const power = 10 ** places;
  const scaled = Math.round(value * power);
  if (places === 0) return String(scaled);
  return `${Math.trunc(scaled / power)}.${String(scaled % power).padStart(places, "0")}`;
}
