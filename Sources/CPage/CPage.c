#include "CPage.h"

static const unsigned char document[] = {
#embed "page/page.html"
};

static const unsigned char style[] = {
#embed "page/base.css"
};

static const unsigned char script[] = {
#embed "page/main.js"
};

page_text page_document(void) { return (page_text){document, sizeof document}; }

page_text page_style(void) { return (page_text){style, sizeof style}; }

page_text page_script(void) { return (page_text){script, sizeof script}; }
