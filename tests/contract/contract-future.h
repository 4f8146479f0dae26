/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "contract.h"

G_BEGIN_DECLS

void tf_contract_add_future (const char     *prefix,
                             TfContractMake  make,
                             TfContractFlags declined);

G_END_DECLS
