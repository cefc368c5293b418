"use strict"; // changed
