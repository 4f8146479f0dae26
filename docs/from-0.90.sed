# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Carries a program from 0.90 over to 0.91 where a name has changed and nothing else: sed -E -i -f from-0.90.sed FILE...
# What needs a look besides is in the table of "From 0.90".
s/\bTfFilterFunc\b/TfSkipFunc/g
s/\btf_future_(any|race)_filtered\b/tf_future_\1_skipping/g
s/\btf_task_set_cancellable\b/tf_task_link_cancellable/g
s/\btf_promise_get_cancellable\b/tf_promise_get_gcancellable/g
s/\btf_(executor|thread_router)_get_fd\b/tf_\1_detach/g
s/\bTfSetFlags\b/TfFutureSetFlags/g
s/\bTF_(TYPE_)?SET_FLAGS/TF_\1FUTURE_SET_FLAGS/g
s/\btf_set_flags_get_type\b/tf_future_set_flags_get_type/g
s/\btf_executor_get_n_abandoned\b/tf_executor_get_n_aborted/g
s/\bn-abandoned\b/n-aborted/g
s/\btf_message_new_abandoned\b/tf_message_new_dropped/g
s/\bTfRouteCondition\b/TfRouteFunc/g
s/\bTfWorkerFunc\b/TfPoolFunc/g
s/\bTfWorkerHandler\b/TfWorkerFunc/g
s/\bTfTestCondition\b/TfTestConditionFunc/g
s/\btf_(task|promise)_report\b/tf_\1_report_value/g
s/\btf_(task|promise)_yield_item\b/tf_\1_yield_value/g
s/\btf_task_send\b/tf_task_send_value/g
s/\btf_promise_resolve\b/tf_promise_resolve_value/g
s/\btf_executor_new_with_context\b/tf_executor_new_for_parallel_context/g
s/\btf_executor_get_context\b/tf_executor_get_parallel_context/g
s/\btf_executor_run_gtask\b/tf_executor_submit_task_func/g
