/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <dlfcn.h>

/* A program that never asks whether it is a worker: its workers are the program tf-worker, with modules. */

static char *
get_module_path (void)
{
  return g_test_build_filename (G_TEST_BUILT, "worker-module.so", NULL);
}

static TfFuture *
submit_reference (Workshop   *workshop,
                  const char *reference,
                  GVariant   *argument)
{
  return submit_to (workshop->executor, tf_task_new_for_reference (reference, argument));
}

static void
test_hook_is_missing (void)
{
  Workshop           workshop;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A function of an executable that never asks whether it is a worker is "
                  "refused.");

  workshop_open (&workshop, 1);
  g_assert_null (
    tf_executor_submit (workshop.executor, tf_task_new (body_pid, NULL, NULL), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);
  assert_contains (error->message, "tf_worker_requested()");
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 0);
  workshop_close (&workshop);
}

static void
test_function (void)
{
  g_autofree char *path = get_module_path ();
  void            *module = dlopen (path, RTLD_NOW | RTLD_LOCAL);
  void            *symbol;
  TfTaskFunc       func;
  Workshop         workshop;

  g_test_summary ("A function of a module needs no name: the worker loads the module.");

  g_assert_nonnull (module);
  symbol = dlsym (module, "worker_module_pid");
  g_assert_nonnull (symbol);
  memcpy (&func, &symbol, sizeof func);

  workshop_open (&workshop, 1);
  g_assert_cmpint (finish_pid (workshop_submit (&workshop, func, NULL)), !=, (int) getpid ());
  workshop_close (&workshop);
  dlclose (module);
}

static void
test_names (void)
{
  g_autofree char *path = get_module_path ();
  const char      *modules[] = { path, path, NULL };
  Workshop         workshop;
  TfFuture        *future;

  g_test_summary ("CTX-18: modules are loaded before the first task, and register names.");

  workshop_open (&workshop, 1);
  tf_process_context_set_modules (workshop.context, modules);
  future = submit_reference (&workshop, "name:module-twice", g_variant_new_int64 (21));
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 42);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_relative (void)
{
  g_autofree char *path = get_module_path ();
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *directory = g_path_get_dirname (whole);
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *text = NULL;
  const char      *modules[] = { "./worker-module.so", NULL };
  Workshop         workshop;
  TfFuture        *future;

  g_test_summary ("A relative path begins in the directory of the worker, whichever is set first.");

  g_assert_cmpint (g_chdir ("/"), ==, 0);
  workshop_open (&workshop, 1);
  tf_process_context_set_modules (workshop.context, modules);
  text = finish_error (submit_reference (&workshop, "name:module-n-inits", NULL), TF_ERROR,
                       TF_ERROR_WORKER_START);
  assert_contains (text, "./worker-module.so");

  tf_process_context_set_directory (workshop.context, directory);
  future = submit_reference (&workshop, "name:module-n-inits", NULL);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 1);
  g_object_unref (future);
  workshop_close (&workshop);
  g_assert_cmpint (g_chdir (here), ==, 0);
}

static void
test_missing (void)
{
  const char      *modules[] = { "/nonexistent/module.so", NULL };
  Workshop         workshop;
  g_autofree char *text = NULL;

  g_test_summary ("A module that cannot be loaded is named.");

  workshop_open (&workshop, 1);
  tf_process_context_set_modules (workshop.context, modules);
  text = finish_error (submit_reference (&workshop, "name:module-twice", NULL), TF_ERROR,
                       TF_ERROR_WORKER_START);
  assert_contains (text, "/nonexistent/module.so");
  workshop_close (&workshop);
}

static void
test_program (void)
{
  g_autofree char *path = get_module_path ();
  const char      *modules[] = { path, NULL };
  const char      *argv[] = { g_getenv ("TF_WORKER_PROGRAM"), NULL };
  Workshop         workshop;
  TfFuture        *future;

  g_test_summary ("Another program may be the worker, if it knows the names.");

  workshop_open (&workshop, 1);
  tf_process_context_set_argv (workshop.context, argv);
  tf_process_context_set_modules (workshop.context, modules);
  future = submit_reference (&workshop, "name:module-n-inits", NULL);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 1);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_by_hand (void)
{
  g_autoptr (GError)      error = NULL;
  g_autoptr (GSubprocess) subprocess = NULL;
  g_autofree char        *words = NULL;

  g_test_summary ("The worker program says what it is for when it is started by hand.");

  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_PIPE, &error,
                                 g_getenv ("TF_WORKER_PROGRAM"), NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (subprocess, NULL, NULL, NULL, &words, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (subprocess), ==, 64);
  assert_contains (words, "worker processes");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-module/hook/is-missing", test_hook_is_missing);
  tf_test_add ("/process-module/function/is-found-in-its-module", test_function);
  tf_test_add ("/process-module/names/are-registered-by-modules", test_names);
  tf_test_add ("/process-module/names/of-another-program", test_program);
  tf_test_add ("/process-module/relative/begins-in-the-directory", test_relative);
  tf_test_add ("/process-module/missing/is-named", test_missing);
  tf_test_add ("/process-module/program/by-hand", test_by_hand);

  return g_test_run ();
}
