#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes tf-version.h: the version, and the export macros of every API series up to it.

The series are the even minor versions of major 1; a version 0.x is on its way to 1.0.
"""

import sys

HEAD = """/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <glib.h>

/**
 * TF_MAJOR_VERSION:
 *
 * The major version of the library that is compiled against.
 *
 * Since: 1.0
 */
#define TF_MAJOR_VERSION ({major})

/**
 * TF_MINOR_VERSION:
 *
 * The minor version of the library that is compiled against.
 *
 * Since: 1.0
 */
#define TF_MINOR_VERSION ({minor})

/**
 * TF_MICRO_VERSION:
 *
 * The micro version of the library that is compiled against.
 *
 * Since: 1.0
 */
#define TF_MICRO_VERSION ({micro})

/**
 * TF_CHECK_VERSION:
 * @major: a major version
 * @minor: a minor version
 * @micro: a micro version
 *
 * Evaluates to true if the headers are of this version or a newer one.
 *
 * Since: 1.0
 */
#define TF_CHECK_VERSION(major, minor, micro) \\
  (TF_MAJOR_VERSION > (major) || \\
   (TF_MAJOR_VERSION == (major) && TF_MINOR_VERSION > (minor)) || \\
   (TF_MAJOR_VERSION == (major) && TF_MINOR_VERSION == (minor) && TF_MICRO_VERSION >= (micro)))

#ifndef TF__EXTERN
#define TF__EXTERN extern
#endif

#define TF_AVAILABLE_IN_ALL TF__EXTERN
"""

SERIES = """
#define TF_VERSION_1_{minor} (G_ENCODE_VERSION (1, {minor}))
"""

LIMITS = """
/* Define these two before including the library to be warned of functions that are newer than MAX_ALLOWED,
 * or were deprecated in MIN_REQUIRED or before. */
#ifndef TF_VERSION_MIN_REQUIRED
#define TF_VERSION_MIN_REQUIRED (TF_VERSION_1_{last})
#endif
#ifndef TF_VERSION_MAX_ALLOWED
#define TF_VERSION_MAX_ALLOWED (TF_VERSION_1_{last})
#endif
"""

MACROS = """
#if TF_VERSION_MIN_REQUIRED >= TF_VERSION_1_{minor}
#define TF_DEPRECATED_IN_1_{minor} G_DEPRECATED TF__EXTERN
#define TF_DEPRECATED_IN_1_{minor}_FOR(f) G_DEPRECATED_FOR (f) TF__EXTERN
#else
#define TF_DEPRECATED_IN_1_{minor} TF__EXTERN
#define TF_DEPRECATED_IN_1_{minor}_FOR(f) TF__EXTERN
#endif
#if TF_VERSION_MAX_ALLOWED < TF_VERSION_1_{minor}
#define TF_AVAILABLE_IN_1_{minor} G_UNAVAILABLE (1, {minor}) TF__EXTERN
#else
#define TF_AVAILABLE_IN_1_{minor} TF__EXTERN
#endif
"""


def main():
    version, output = sys.argv[1:]
    major, minor, micro = (int(part) for part in version.split("."))
    last = 0 if major < 1 else minor + minor % 2
    text = HEAD.replace("{major}", str(major)).replace("{minor}", str(minor)).replace("{micro}", str(micro))
    series = range(0, last + 1, 2)
    for number in series:
        text += SERIES.format(minor=number)
    text += LIMITS.format(last=last)
    for number in series:
        text += MACROS.format(minor=number)
    with open(output, "w", encoding="utf-8") as out:
        out.write(text)


main()
