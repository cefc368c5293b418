// The texts of the page that shows jobs: `page/*` as it is, so that it needs no file where it runs.

#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/// A text in UTF-8 that lives as long as the process.
typedef struct {
  const unsigned char *bytes;
  size_t count;
} page_text;

/// The document, with a name in double braces for each part that is put into it.
page_text page_document(void);

/// The style sheets, one behind another.
page_text page_style(void);

/// The scripts, one behind another: they share one scope.
page_text page_script(void);

#endif
