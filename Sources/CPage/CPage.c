#include "CPage.h"

static const unsigned char document[] = {
#embed "page/page.html"
};

static const unsigned char style[] = {
#embed "page/colors.css" suffix(, )
#embed "page/frame.css" suffix(, )
#embed "page/tables.css" suffix(, )
#embed "page/job.css" suffix(, )
#embed "page/pictures.css"
};

// What stands in a file may be used by those below it, and by any function.
static const unsigned char script[] = {
#embed "page/dom.js" suffix(, )
#embed "page/format.js" suffix(, )
#embed "page/report.js" suffix(, )
#embed "page/api.js" suffix(, )
#embed "page/stream.js" suffix(, )
#embed "page/state.js" suffix(, )
#embed "page/live.js" suffix(, )
#embed "page/following.js" suffix(, )
#embed "page/table.js" suffix(, )
#embed "page/jobs.js" suffix(, )
#embed "page/workers.js" suffix(, )
#embed "page/verdict.js" suffix(, )
#embed "page/graph.js" suffix(, )
#embed "page/stages.js" suffix(, )
#embed "page/canvas.js" suffix(, )
#embed "page/lanes.js" suffix(, )
#embed "page/bars.js" suffix(, )
#embed "page/timeline.js" suffix(, )
#embed "page/timeline-input.js" suffix(, )
#embed "page/histogram.js" suffix(, )
#embed "page/partitions.js" suffix(, )
#embed "page/matrix.js" suffix(, )
#embed "page/counters.js" suffix(, )
#embed "page/failures.js" suffix(, )
#embed "page/attempts.js" suffix(, )
#embed "page/job.js" suffix(, )
#embed "page/keys.js" suffix(, )
#embed "page/main.js"
};

page_text page_document(void) { return (page_text){document, sizeof document}; }

page_text page_style(void) { return (page_text){style, sizeof style}; }

page_text page_script(void) { return (page_text){script, sizeof script}; }
