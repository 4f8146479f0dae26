# SPDX-FileCopyrightText: 2026 The Tf authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Task Futures in the words of Python: docs/python.md is its page.

Functions are called with the arguments that they were submitted with; any object may be a value; exceptions keep their
identity; durations are seconds; and futures can be awaited, under asyncio and under a plain loop of GLib.
"""

import builtins
import collections
import contextlib
import contextvars
import functools
import importlib
import inspect
import operator
import os
import sys
import threading
import traceback
import weakref

from gi.overrides import override
from gi.module import get_introspection_module
from gi.repository import Gio, GLib, GObject

try:
    # How PyGObject itself ends loops at a Ctrl-C; nothing public does that for other calls that block.
    from gi._ossighelper import register_sigint_fallback, wakeup_on_signal
except ImportError:
    register_sigint_fallback = wakeup_on_signal = None

Tf = get_introspection_module("Tf")

INT64_MIN = -2**63
INT64_MAX = 2**63 - 1
UINT_MAX = 2**32 - 1
INFINITY = float("inf")


class TaskCancelled(GLib.Error):
    """Raised in a body once its task is cancelled, and by reading or awaiting a future that was.

    It is the GLib.Error of the domain g-io-error-quark and the code CANCELLED, and so an Exception.
    """

    def __init__(self, message="The task was cancelled"):
        super().__init__(message, "g-io-error-quark", int(Gio.IOErrorEnum.CANCELLED))


Failure = collections.namedtuple("Failure", "type text traceback")
Failure.__doc__ = "What a future has failed with: the name of the type, its text, and the traceback as text."


# --- Values ---


def _is_text_for_c(text):
    if "\0" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _box(value):
    """Puts any object into a GObject.Value; None is no value. What C has no exact type for stays an object of Python."""
    kind = type(value)
    if value is None or kind is GObject.Value:
        return value
    if kind is bool:
        return GObject.Value(GObject.TYPE_BOOLEAN, value)
    if kind is int and INT64_MIN <= value <= INT64_MAX:
        return GObject.Value(GObject.TYPE_INT64, value)
    if kind is float:
        return GObject.Value(GObject.TYPE_DOUBLE, value)
    if kind is str and _is_text_for_c(value):
        return GObject.Value(GObject.TYPE_STRING, value)
    # Not isinstance(): a proxy or a mock says that it is what it stands for.
    if issubclass(kind, GObject.Object):
        return GObject.Value(value.__gtype__, value)
    return GObject.Value(GObject.TYPE_PYOBJECT, value)


def _unpack(value):
    """Makes a list of several values, as the arguments of a signal are."""
    return [value.get(i) for i in range(value.get_n())] if isinstance(value, Tf.Values) else value


# --- Numbers ---


def _microseconds(seconds, name):
    """A duration for C, from one in seconds. What is more than nothing stays so."""
    if isinstance(seconds, bool):
        raise TypeError(f"{name} is a number of seconds, not a bool")
    if not isinstance(seconds, float):
        try:
            seconds = operator.index(seconds)
        except TypeError:
            raise TypeError(f"{name} is a number of seconds, not {type(seconds).__qualname__}") from None
    if not 0 <= seconds < INFINITY:
        raise ValueError(f"{name} is a number of seconds, finite and not negative: not {seconds}")
    if seconds > INT64_MAX // 1_000_000:
        return INT64_MAX
    return max(round(seconds * 1_000_000), 1 if seconds else 0)


def _limit(seconds, name):
    """As _microseconds(); None and infinity are no limit."""
    if seconds is None or isinstance(seconds, float) and seconds == INFINITY:
        return -1
    return _microseconds(seconds, name)


def _moment(seconds, name):
    """A time of time.monotonic() for C. One that lies before the beginning of time is over as any other."""
    if seconds is None or isinstance(seconds, float) and seconds == INFINITY:
        return INT64_MAX
    if isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds < 0:
        return 0
    return _microseconds(seconds, name)


def _seconds(microseconds):
    return microseconds / 1_000_000


def _at_most(number, name):
    """A number of things for C, where 0 is no limit; None is none here."""
    if number is None:
        return 0
    if isinstance(number, bool):
        raise TypeError(f"{name} is an integer or None, not a bool")
    try:
        number = operator.index(number)
    except TypeError:
        raise TypeError(f"{name} is an integer or None, not {type(number).__qualname__}") from None
    if not 1 <= number <= UINT_MAX:
        raise ValueError(f"{name} is at least 1, or None for no limit: not {number}")
    return number


# --- Exceptions ---


# The parts of an exception, whatever its class has under these names.
_get_traceback = BaseException.__traceback__.__get__
_get_context = BaseException.__context__.__get__
_set_context = BaseException.__context__.__set__
_get_attributes = BaseException.__dict__["__dict__"].__get__


def _is_a(exception, kind):
    """Returns whether the type of an exception is derived from a kind. isinstance() would ask the exception as well."""
    return issubclass(type(exception), kind)


def _text_for_c(make, otherwise):
    """Returns what make() returns, as a text that C can hold. It never fails.

    Classes may define the functions that this calls, and these may raise anything, SystemExit and KeyboardInterrupt
    included. A text that cannot be built must not replace the failure that it describes.
    """
    try:
        return str.encode(make(), "utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")
    except BaseException:  # pylint: disable=broad-except
        return otherwise


def _type_name(kind):
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _traceback_text(kind, exception):
    trace = _get_traceback(exception)
    return _text_for_c(
        lambda: "".join(traceback.format_exception(kind, exception, trace)),
        _text_for_c(lambda: "".join(traceback.format_tb(trace)), ""),
    )


def _describe(exception):
    """Returns the name of the type, the text and the traceback of an exception. It never fails."""
    kind = type(exception)
    return (
        _text_for_c(lambda: _type_name(kind), "exception"),
        _text_for_c(lambda: str(exception), "This exception has no text"),
        _traceback_text(kind, exception),
    )


def _repr(value):
    """Returns the beginning of a representation, for a message. It never fails."""
    return _text_for_c(lambda: f"{value!r:.80}", "an object without a representation")


def _is_error_for_c(exception):
    """Returns whether C knows the exception by domain and code. Other classes derived from GLib.Error stay objects."""
    kind = type(exception)
    return kind is GLib.Error or kind is TaskCancelled


def _error_for_c(error):
    """Returns the error with attributes that C can hold; a program may have set them to anything."""
    domain, code, message = (getattr(error, name, None) for name in ("domain", "code", "message"))
    is_domain = isinstance(domain, str) and domain and _is_text_for_c(domain)
    is_code = isinstance(code, int) and -2**31 <= code < 2**31
    if is_domain and is_code and isinstance(message, str) and _is_text_for_c(message):
        return error
    return GLib.Error(
        _text_for_c(lambda: str(message), "This error has no text"),
        domain if is_domain else "pygi-error",
        code if is_code else 0,
    )


def _without_own_frames(exception):
    """The frames of this module hold the task, which holds the exception: so they go. The last one is the caller's."""
    trace = _get_traceback(exception)
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return BaseException.with_traceback(exception, trace)


def _is_main_thread():
    """threading.current_thread() would keep an object for each thread of C that has asked."""
    return threading.get_ident() == threading.main_thread().ident


class _Guarded:
    """A callable for C, which may call it on any thread.

    When an exception leaves a callable, PyGObject prints it and goes on; for SystemExit it ends the interpreter. Outside
    of the main thread that never returns, because it waits for the main thread. There another exception leaves instead.

    It equals the callable, so that handlers can be disconnected by that.
    """

    def __init__(self, function):
        self._function = function

    def __call__(self, *args, **kwargs):
        try:
            return self._function(*args, **kwargs)
        except SystemExit as exception:
            if _is_main_thread():
                raise
            raise RuntimeError("SystemExit was raised outside of the main thread, and ends nothing") from exception

    def __eq__(self, other):
        return self._function == other

    def __hash__(self):
        return hash(self._function)


def _guarded(function):
    """None and what cannot be called are left to PyGObject."""
    return _Guarded(function) if callable(function) else function


def _like(function, wrapper):
    """A wrapper that means what the function of C does."""
    wrapper = functools.update_wrapper(wrapper, function, ("__name__", "__doc__"))
    wrapper._is_as_in_c = True
    return wrapper


_CALLABLES = {"callback", "cancel_func", "skip", "make_task"}


def _with_guard(function, index):
    """A function of C with a callable among its arguments, whose place counts from self."""

    def call(*args, **kwargs):
        args = [_guarded(arg) if i == index else arg for i, arg in enumerate(args)]
        kwargs = {name: _guarded(arg) if name in _CALLABLES else arg for name, arg in kwargs.items()}
        return function(*args, **kwargs)

    return _like(function, call)


def _with_guarded_handler(connect):
    """Handlers are called in the owner context, which is usually that of the thread that connects them."""

    def call(self, detailed_signal, handler, *args, **kwargs):
        if not _is_main_thread():
            handler = _guarded(handler)
        return connect(self, detailed_signal, handler, *args, **kwargs)

    return _like(connect, call)


def _guard_handlers(kind):
    for name in ("connect", "connect_after", "connect_data", "connect_object", "connect_object_after"):
        setattr(kind, name, _with_guarded_handler(getattr(GObject.Object, name)))
    return kind


class _GuardedFunctions:
    """A base of classes and interfaces whose virtual functions, do_…(), may be called outside of the main thread."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name, function in list(vars(cls).items()):
            if name.startswith("do_") and inspect.isfunction(function):
                setattr(cls, name, _as_guarded_function(function))


def _as_guarded_function(function):
    guarded = _Guarded(function)
    return functools.wraps(function)(lambda *args, **kwargs: guarded(*args, **kwargs))


def _alone(outcome, function, args):
    try:
        outcome[0] = function(*args)
    except BaseException as exception:  # pylint: disable=broad-except
        outcome[1] = exception
    del outcome, function, args
    yield


def _call_alone(function, *args):
    """Returns what a function returned, and what it raised.

    The frames of an exception have their callers, f_back: the loop and who waits in it, who has the future, which will
    have the exception; and C is in between, so that the collector of Python does not see it. A generator that is left in
    the middle has no caller.
    """
    outcome = [None, None]
    frame = _alone(outcome, function, args)
    next(frame)
    frame.close()
    return outcome


def _error_of(error):
    """The exception for an error of C."""
    if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED) and not isinstance(error, TaskCancelled):
        return TaskCancelled(error.message)
    return error


class _Held:
    """The payload of a failure: an exception that nobody has read yet.

    Who raises it again puts his frames into its traceback, and these have the future; the collector of Python does not
    see that the future has the exception, because C is in between. So whoever reads a future takes the exception out.
    Futures that share the failure find it as long as somebody has it. Then it is given back, without the frames of
    those who read it, and without the exceptions that they were handling.
    """

    def __init__(self, exception):
        self.exception = exception
        self.trace = _get_traceback(exception)
        self.context = _get_context(exception)
        self.taken = lambda: None


_held_lock = threading.RLock()


class _Taken:
    """A loan of an exception, which alone has it: so the collector finds both when nobody has the exception any more.

    Not a wrapper of a future has it: C may have the future, and so the wrapper, for whatever is in the frames.
    """

    def __init__(self, held):
        self.held = held
        self.exception = held.exception
        _loans_of(self.exception).append(self)
        held.exception = None
        held.taken = weakref.ref(self)

    def __del__(self, lock=_held_lock):
        with lock:
            _loans_of(self.exception).clear()
            _set_context(self.exception, self.held.context)
            self.held.exception = BaseException.with_traceback(self.exception, self.held.trace)

    def __reduce__(self):
        """Nothing of it goes along with a copy of the exception."""
        return type(None), ()


def _loans_of(exception):
    """One for each failure with this exception. Whatever its class has for attributes is not asked."""
    return _get_attributes(exception).setdefault("_tf_loans", [])


def _take_exception(future):
    held = future.get_failure_payload()[1]
    if not _is_a(held, _Held):
        return held if _is_a(held, BaseException) else None
    with _held_lock:
        taken = held.taken()
        if taken is None and held.exception is None:
            return None  # It is just being given back.
        if taken is None:
            taken = _Taken(held)
        return BaseException.with_traceback(taken.exception, held.trace)


def _hold(exception):
    return GObject.Value(GObject.TYPE_PYOBJECT, _Held(exception))


def _exception_of(future):
    """What reading a future that ended without a value raises: the exception of its body, if there was one."""
    error = future.dup_error()
    exception = None
    if future.get_state() == Tf.FutureState.FAILED and future.get_failure_type() is not None:
        exception = _take_exception(future)
    return _error_of(error) if exception is None else exception


# --- Tasks ---


class Task(Tf.Task):
    """The boxed type, with functions that take any object."""

    @staticmethod
    def new(func, *user_data):
        """A task whose body gets the task, and returns by one of its functions. What it raises is the failure."""
        if not callable(func):
            raise TypeError(f"The body of a task is a function, not {type(func).__qualname__}")
        return Tf.Task.new(_run_bare, func, user_data)

    set_callback = _with_guard(Tf.Task.set_callback, 1)

    def report(self, value=None):
        return Tf.Task.report_value(self, _box(value))

    def yield_item(self, value=None):
        return Tf.Task.yield_value(self, _box(value))

    def send(self, kind, value=None):
        return Tf.Task.send_value(self, kind, _box(value))

    def pause(self, seconds):
        """Sleeps; a cancel ends it. True when the time has passed, False if the task was cancelled."""
        return Tf.Task.pause(self, _microseconds(seconds, "seconds"))

    def return_value(self, value=None):
        Tf.Task.return_value(self, _box(value))
        _bare_body.has_returned = True

    def return_exception(self, exception):
        """Fails with an exception, which the future raises again."""
        _return_exception(self, exception)
        _bare_body.has_returned = True


# Whether the innermost bare body that runs on this thread has returned already: only the first return counts.
_bare_body = threading.local()


def _with_mark(function):
    def return_and_mark(self, *args, **kwargs):
        function(self, *args, **kwargs)
        _bare_body.has_returned = True

    return _like(function, return_and_mark)


for _name in dir(Tf.Task):
    if _name.startswith("return_") and _name not in Task.__dict__:
        setattr(Task, _name, _with_mark(getattr(Tf.Task, _name)))

Task = override(Task)


def _return_exception(task, exception):
    if _is_error_for_c(exception):
        Tf.Task.return_error(task, _error_for_c(exception))
    else:
        Tf.Task.return_failure(task, *_describe(exception), _hold(exception))


def _fail(task, exception):
    """Ends a task with what its body raised."""
    try:
        if _is_a(exception, TaskCancelled) and task.is_cancelled():
            Tf.Task.return_none(task)
        else:
            _return_exception(task, _without_own_frames(exception))
    except BaseException:  # pylint: disable=broad-except
        Tf.Task.return_failure(task, "exception", "The exception cannot be passed on", "", None)


def _run(task, work):
    """Runs a body, and makes of its end what C is told. Nothing gets out of here."""
    try:
        Tf.Task.return_value(task, _box(work(task)))
    except BaseException as exception:  # pylint: disable=broad-except
        _fail(task, exception)


def _run_bare(task, function, args):
    """Runs a body that ends its task itself. What it raises after that is printed."""
    outer = getattr(_bare_body, "has_returned", False)
    _bare_body.has_returned = False
    try:
        function(task, *args)
    except BaseException as exception:  # pylint: disable=broad-except
        if _bare_body.has_returned:
            _print_exception(exception)
        else:
            _fail(task, exception)
    finally:
        _bare_body.has_returned = outer


def _print_exception(exception):
    """Prints an exception as PyGObject does, but SystemExit and a hook that fails end nothing."""
    try:
        sys.excepthook(type(exception), exception, _get_traceback(exception))
    except BaseException:  # pylint: disable=broad-except
        sys.__excepthook__(type(exception), exception, _get_traceback(exception))


def _name_of(function):
    while isinstance(function, functools.partial):
        function = function.func
    return _text_for_c(lambda: getattr(function, "__qualname__", type(function).__qualname__), "call")


def _place(depth):
    frame = sys._getframe(depth + 1)
    place = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return place if place.isascii() and "\0" not in place else _text_for_c(lambda: place, "?")


def _new_task(work, name, place):
    task = Tf.Task.new(_run, work)
    task.set_name(name)
    task.set_location(place)
    return task


class _Progress:
    """What a body gets as the keyword progress."""

    def __init__(self, task):
        self._task = task

    def __call__(self, value=None):
        if self._task is None or not self._task.report(value):
            raise TaskCancelled()

    def end(self):
        self._task = None


def _run_with_progress(task, function, args, kwargs):
    progress = _Progress(task)
    try:
        return function(*args, progress=progress, **kwargs)
    finally:
        progress.end()


def _run_iteration(task, function, args, kwargs):
    """Each element is an item; what a generator returns is the result. A generator is closed here, not by chance."""
    iterator = iter(function(*args, **kwargs))
    try:
        while True:
            try:
                item = next(iterator)
            except StopIteration as end:
                return end.value
            if not task.yield_item(item):
                raise TaskCancelled()
            del item
    finally:
        if hasattr(iterator, "close") and inspect.isgenerator(iterator):
            iterator.close()


class BaseTask:
    """A task as a class: derive from it, write run(), and submit an instance.

    The attributes of the class say what Tf.Task has functions for. run() is called in the background; what it returns is
    the result. Each function that tells the foreground something raises TaskCancelled once the task is cancelled.
    """

    name = None
    description = None
    priority = GLib.PRIORITY_DEFAULT
    future_type = None

    _task = None
    _is_submitted = False

    def run(self):
        raise NotImplementedError(f"{type(self).__qualname__}.run()")

    def _go_on(self, is_wanted):
        if not is_wanted:
            raise TaskCancelled()

    @property
    def cancelled(self):
        return self._task is not None and self._task.is_cancelled()

    @property
    def cancellable(self):
        """For calls of GIO that the body makes."""
        return self._task.get_cancellable()

    def check_cancelled(self):
        self._go_on(not self.cancelled)

    def report(self, value=None):
        self._go_on(self._task.report(value))

    def yield_item(self, value=None):
        self._go_on(self._task.yield_item(value))

    def send(self, kind, value=None):
        self._go_on(self._task.send(kind, value))

    def set_progress(self, completed_steps, total_steps=-1, status=None):
        self._go_on(self._task.set_progress(completed_steps, total_steps, status))

    def advance(self, n_steps=1):
        self._go_on(self._task.advance(n_steps))

    def set_total(self, total_steps):
        self._go_on(self._task.set_total(total_steps))

    def set_status(self, status):
        self._go_on(self._task.set_status(status))

    def _work(self, task):
        self._task = task
        try:
            return self.run()
        finally:
            self._task = None

    def _make_task(self, place):
        if self._is_submitted:
            raise GLib.Error(
                f"{type(self).__qualname__} has been submitted before", "tf-error-quark", int(Tf.Error.ALREADY_SUBMITTED)
            )
        task = _new_task(self._work, self.name or _name_of(type(self)), place)
        if self.description is not None:
            task.set_description(self.description)
        task.set_priority(self.priority)
        if self.future_type is not None:
            task.set_future_type(self.future_type)
        return task


# --- Waiting without blocking ---

_thread_local = threading.local()


class _Drivers:
    """The executors of a thread, as long as something in it is awaited under asyncio.

    Each of them gives its descriptor to the loop of asyncio, and goes back to its main context when nothing is awaited
    any more. Promises and derived futures are driven by any of them.
    """

    def __init__(self):
        self.loop = None
        self.n_users = 0
        self.driven = {}
        self.helper = None

    def enter(self, loop):
        if self.loop is not None and self.loop is not loop:
            self.leave_all()
            self.n_users = 0
        self.loop = loop
        self.n_users += 1
        self.drive_all()

    def drive_all(self):
        for executor in _executors_on(_main_context()):
            if id(executor) not in self.driven:
                self.drive(executor)
        if not self.driven:
            self.helper = Tf.Executor.new()
            self.drive(self.helper)

    def drive(self, executor):
        try:
            fd = executor.detach()
        except GLib.Error:
            return  # It is the executor of another thread.
        reference = weakref.ref(executor)
        self.driven[id(executor)] = reference, fd
        _driven_by[id(executor)] = self
        self.loop.add_reader(fd, _Reader(self, reference))

    def leave(self, loop):
        """The next thing is often awaited in the same turn: then all stays as it is."""
        if loop is not self.loop:
            return
        self.n_users -= 1
        if self.n_users > 0:
            return
        if loop.is_closed():
            self.leave_all()
        else:
            loop.call_soon(self.leave_if_unused, loop)

    def leave_if_unused(self, loop):
        if loop is self.loop and self.n_users == 0:
            self.leave_all()

    def leave_all(self):
        for key in list(self.driven):
            self.leave_one(key)
        self.loop = None
        self.helper = None

    def leave_closed(self):
        if self.loop is not None and self.loop.is_closed():
            self.leave_all()
            self.n_users = 0

    def leave_one(self, key):
        get, fd = self.driven.pop(key)
        _driven_by.pop(key, None)
        if not self.loop.is_closed():
            self.loop.remove_reader(fd)
        executor = get()
        if executor is not None:
            executor.attach()

    def take_over(self, executor):
        """Its last user has gone, on whatever thread: it stops, but nobody else would deliver that."""
        key = id(executor)
        loop, driven = self.loop, self.driven.get(key)
        if driven is None:
            return
        self.driven[key] = lambda: executor, driven[1]
        # A loop that is closed is left when the next one comes.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(self.stop, executor)

    def stop(self, executor):
        if id(executor) not in self.driven:
            return
        get, fd = self.driven[id(executor)]
        self.loop.add_reader(fd, _Reader(self, get))
        if executor.__grefcount__ > 1:
            return  # C has it too, and it goes on.
        with _executors_lock:
            _executors.discard(executor)
        executor.connect("notify::state", self.on_state)
        if executor.is_running():
            executor.stop()
        self.on_state(executor, None)

    def on_state(self, executor, pspec):
        if executor.is_stopped() and self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon(self.forget, executor)

    def forget(self, executor):
        if id(executor) not in self.driven:
            return
        self.leave_one(id(executor))
        if self.n_users > 0:
            self.drive_all()


class _Reader:
    """What a loop calls for an executor. A loop that is closed while something is awaited drops it, and says no more."""

    def __init__(self, drivers, get):
        self.drivers = drivers
        self.get = get

    def __call__(self):
        executor = self.get()
        if executor is not None:
            executor.dispatch()

    def __del__(self, local=_thread_local):
        if getattr(local, "drivers", None) is self.drivers:
            self.drivers.leave_closed()


def _drivers():
    try:
        return _thread_local.drivers
    except AttributeError:
        _thread_local.drivers = _Drivers()
        return _thread_local.drivers


# No attributes on the objects themselves: PyGObject makes a toggle reference for the first one, and GLib before 2.80
# calls it with a lock held that the collector of Python, in another thread, waits for.
_executors = weakref.WeakSet()
_executors_lock = threading.RLock()
_executor_of = weakref.WeakKeyDictionary()
# By the identity of the executor: when that goes, weak references may have gone before.
_driven_by = {}


def _know_executor(executor):
    with _executors_lock:
        if executor in _executors:
            return
        _executors.add(executor)
    drivers = getattr(_thread_local, "drivers", None)
    if drivers is not None and drivers.n_users > 0:
        drivers.drive_all()


def _executors_on(context):
    with _executors_lock:
        executors = list(_executors)
    return [executor for executor in executors if executor.get_main_context() == context]


def _main_context():
    return GLib.MainContext.get_thread_default() or GLib.MainContext.default()


def _asyncio_loop():
    """The running loop of asyncio, or None. Who has not imported asyncio runs none."""
    asyncio = sys.modules.get("asyncio")
    return None if asyncio is None else asyncio._get_running_loop()


def _is_on_glib(loop):
    """Some loops of asyncio are a main context of GLib: it delivers already."""
    return builtins.any(kind.__module__.split(".")[0] in ("gi", "gbulb") for kind in type(loop).__mro__)


class _Waiter:
    """What a coroutine under our own driver waits for; the driver sets the function to be called."""

    resume = None

    def wake(self):
        resume, self.resume = self.resume, None
        if resume is not None:
            resume()


def _suspend(arrange):
    """The inside of each await: arrange(wake) makes something call wake(), once or more, and returns what undoes it."""
    loop = _asyncio_loop()
    if loop is None:
        waiter = _Waiter()
        undo = arrange(waiter.wake)
        try:
            yield waiter
        finally:
            undo()
        return

    waiter = loop.create_future()

    def wake():
        if not waiter.done():
            waiter.set_result(None)

    drivers = None if _is_on_glib(loop) else _drivers()
    undo = arrange(wake)
    if drivers is not None:
        drivers.enter(loop)
    try:
        yield from waiter
    finally:
        undo()
        if drivers is not None:
            drivers.leave(loop)


def _is_cancel(exception):
    asyncio = sys.modules.get("asyncio")
    return _is_a(exception, TaskCancelled) or asyncio and _is_a(exception, asyncio.CancelledError)


# An iteration that has so many items unread holds its future, whose producer then waits; until half of them are read.
MANY_ITEMS = 64


class _Flow:
    """The items that came in and were not read, and whether the future is held because of them."""

    def __init__(self, future):
        self.items = collections.deque()
        self.wakers = []
        self._future = future
        self._is_holding = False

    def add(self, item):
        self.items.append(item)
        if len(self.items) >= MANY_ITEMS and not self._is_holding:
            self._is_holding = self._future.hold_events()

    def take(self):
        item = self.items.popleft()
        if len(self.items) <= MANY_ITEMS // 2:
            self.release()
        return item

    def wake(self):
        for wake in self.wakers:
            wake()

    def release(self):
        if self._is_holding:
            self._is_holding = False
            self._future.release_events()


class _Items:
    """async for: the items that came in, then the end."""

    def __init__(self, future):
        flow = _Flow(future)

        def on_item(future, value):
            flow.add(value)
            flow.wake()

        self._future = future
        self._flow = flow
        self._is_closed = False
        self._handlers = [] if future.is_done() else [
            future.connect("item", on_item),
            future.connect("done", lambda future: flow.wake()),
        ]

    def __aiter__(self):
        return self

    def _disconnect(self):
        while self._handlers:
            self._future.disconnect(self._handlers.pop())
        self._flow.release()

    def _arrange(self, wake):
        self._flow.wakers.append(wake)
        return lambda: self._flow.wakers.remove(wake)

    async def __anext__(self):
        while not self._flow.items:
            if self._is_closed:
                raise StopAsyncIteration
            if self._future.is_done():
                self._disconnect()
                if self._future.get_state() != Tf.FutureState.COMPLETED:
                    raise self._get_failure()
                raise StopAsyncIteration
            try:
                await _Suspension(self._arrange)
            except BaseException as exception:
                if _is_cancel(exception):
                    self._future.cancel()
                raise
        return self._flow.take()

    def _get_failure(self):
        """As from a generator: what means the end of an iteration is not the end of this one."""
        exception = _exception_of(self._future)
        if not _is_a(exception, StopAsyncIteration):
            return exception
        failure = RuntimeError("The body raised StopAsyncIteration")
        failure.__cause__ = exception
        return failure

    async def aclose(self):
        self._is_closed = True
        self._disconnect()
        self._flow.items.clear()
        self._flow.wake()

    def __del__(self):
        self._disconnect()


class _Suspension:
    def __init__(self, arrange):
        self._arrange = arrange

    def __await__(self):
        return _suspend(self._arrange)


# --- Futures ---


def _to_future(value):
    """What a function given to then() returned, for C."""
    if value is None or issubclass(type(value), Tf.Future):
        return value
    if inspect.iscoroutine(value):
        return spawn(value)
    return Tf.Future.new_for_value(_box(value))


def _new_failed(exception):
    promise = Tf.Promise.new(None)
    promise.reject(_without_own_frames(exception))
    return promise


def _call_then(done, function, args):
    value, exception = _call_alone(function, done, *args)
    if exception is None:
        value, exception = _call_alone(_to_future, value)
    return value if exception is None else _new_failed(exception)


def _check_made(future):
    """C has told on the standard error in which thread it was called, and makes nothing."""
    if future is None:
        raise GLib.Error("Not the thread that owns the main context", "tf-error-quark", int(Tf.Error.WRONG_THREAD))
    return future


class _GivenUp:
    """What an attempt completes with that must not be made again, so that C makes no other; the future is the end."""

    def __init__(self, future):
        self.future = future


def _judge(failed, should_retry):
    try:
        exception = _exception_of(failed)
        if _is_a(exception, Exception) and (should_retry is None or should_retry(exception)):
            return failed
    except BaseException as second:  # pylint: disable=broad-except
        failed = _new_failed(second)
    return Tf.Future.new_for_value(_box(_GivenUp(failed)))


def _begin_attempt(attempt, last, start, should_retry):
    try:
        future = start()
    except BaseException as exception:  # pylint: disable=broad-except
        future = _new_failed(exception)
    return Tf.Future.catch(future, _judge, should_retry)


def _end_attempts(done):
    value = done.result
    return value.future if isinstance(value, _GivenUp) else done


def _retry(start, max_attempts, first_delay, max_delay, should_retry):
    """start() gives the future of an attempt, or raises."""
    if should_retry is not None and not callable(should_retry):
        raise TypeError(f"should_retry is a function or None, not {type(should_retry).__qualname__}")
    max_attempts = _at_most(max_attempts, "max_attempts")
    delays = _microseconds(first_delay, "first_delay"), _limit(max_delay, "max_delay")
    attempts = Tf.Future.retry(max_attempts, *delays, _begin_attempt, start, should_retry)
    return _check_made(attempts).then(_end_attempts)


# In microseconds: a wait that is over so soon is not made ready for signals; and how often C comes back for them.
_SHORT = 1_000
_LOOK = 100_000


def _check_timed_out(error):
    if not error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.TIMED_OUT):
        raise error


def _may_be_interrupted(microseconds, short):
    return (not 0 <= microseconds <= short and register_sigint_fallback is not None
            and _is_main_thread())


def _wait(future, microseconds, cancellable):
    """C cannot be left by an exception, so a Ctrl-C ends the wait, and is raised after it."""
    if not _may_be_interrupted(microseconds, _SHORT):
        return Tf.Future.wait(future, microseconds, cancellable)

    ender = None
    is_interrupted = False

    def interrupt():
        nonlocal is_interrupted
        is_interrupted = True
        if ender is not None:
            ender.cancel()

    def wait_long():
        handler = 0 if cancellable is None else cancellable.connect(lambda *unused: ender.cancel())
        try:
            with wakeup_on_signal():
                return Tf.Future.wait(future, max(microseconds - _SHORT, -1), ender)
        except GLib.Error:
            if is_interrupted:
                return False
            raise
        finally:
            if handler != 0:
                cancellable.disconnect(handler)

    # The outermost of these raises at its end; further in it only tells the next one.
    with register_sigint_fallback(interrupt):
        try:
            return Tf.Future.wait(future, _SHORT, cancellable)
        except GLib.Error as error:
            _check_timed_out(error)
        ender = Gio.Cancellable()
        is_done = not is_interrupted and wait_long()
    if is_interrupted:
        raise KeyboardInterrupt
    return is_done


def _shut_down(executor, microseconds):
    """There is no cancellable, but the call may be made again."""
    if not _may_be_interrupted(microseconds, _LOOK):
        return Tf.Executor.shutdown(executor, microseconds)

    is_interrupted = False

    def interrupt():
        nonlocal is_interrupted
        is_interrupted = True

    with register_sigint_fallback(interrupt):
        while not 0 <= microseconds <= _LOOK and not is_interrupted:
            try:
                return Tf.Executor.shutdown(executor, _LOOK)
            except GLib.Error as error:
                _check_timed_out(error)
            microseconds = max(microseconds - _LOOK, -1)
        is_over = not is_interrupted and Tf.Executor.shutdown(executor, microseconds)
    if is_interrupted:
        raise KeyboardInterrupt
    return is_over


@_guard_handlers
class Future(Tf.Future, _GuardedFunctions):
    @property
    def result(self):
        """What the body returned. Raises what it raised; a GLib.Error while there is no end, or after a cancel."""
        if self.get_state() == Tf.FutureState.FAILED:
            raise _exception_of(self)
        try:
            return _unpack(self.get_value()[1])
        except GLib.Error as error:
            exception = _error_of(error)
        raise exception

    @property
    def value(self):
        """What the body returned; None while or if there is nothing."""
        return _unpack(self.get_value()[1]) if self.get_state() == Tf.FutureState.COMPLETED else None

    @property
    def exception(self):
        """What the body failed with, as texts; None if it did not."""
        if self.get_state() != Tf.FutureState.FAILED:
            return None
        error = self.dup_error()
        if self.get_failure_type() is None:
            return Failure(_type_name(type(_error_of(error))), error.message, "")
        return Failure(self.get_failure_type(), self.get_failure_text() or "", self.get_failure_traceback() or "")

    def dup_failure_payload(self):
        return _take_exception(self) if self.get_failure_type() is not None else None

    def get_eta(self):
        """How many seconds are left by the rate; None where nobody can tell."""
        microseconds = Tf.Future.get_eta(self)
        return None if microseconds < 0 else _seconds(microseconds)

    def get_elapsed(self):
        """For how many seconds the body runs, or ran."""
        return _seconds(Tf.Future.get_elapsed(self))

    def wait(self, timeout=None, cancellable=None):
        return _wait(self, _limit(timeout, "timeout"), cancellable)

    def with_timeout(self, timeout, action=Tf.TimeoutAction.LEAVE):
        return Tf.Future.with_timeout(self, _limit(timeout, "timeout"), action)

    def with_timeout_full(self, timeout, action, on_timeout, *args):
        return Tf.Future.with_timeout_full(self, _limit(timeout, "timeout"), action, _guarded(on_timeout), *args)

    def with_deadline(self, deadline, action=Tf.TimeoutAction.LEAVE):
        """The deadline is a time of time.monotonic()."""
        return Tf.Future.with_deadline(self, _moment(deadline, "deadline"), action)

    wait_async = _with_guard(Tf.Future.wait_async, 2)
    new_detached = staticmethod(_with_guard(Tf.Future.new_detached, 1))
    any_skipping = staticmethod(_with_guard(Tf.Future.any_skipping, 2))
    race_skipping = staticmethod(_with_guard(Tf.Future.race_skipping, 2))

    @staticmethod
    def new_for_value(value=None):
        return Tf.Future.new_for_value(_box(value))

    @staticmethod
    def delay(seconds):
        return Tf.Future.delay(_microseconds(seconds, "seconds"))

    @staticmethod
    def retry(function, /, *args, max_attempts=3, first_delay=0.1, max_delay=None, should_retry=None, **kwargs):
        """Calls a function from the loop until it does not fail. It may return what a function given to then() may."""

        def start():
            future = _to_future(function(*args, **kwargs))
            # A set is a list as well, and an empty one is false.
            return Tf.Future.new_for_value(None) if future is None else future

        return _retry(start, max_attempts, first_delay, max_delay, should_retry)

    def then(self, function, *args):
        return Tf.Future.then(self, _call_then, function, args)

    def catch(self, function, *args):
        return Tf.Future.catch(self, _call_then, function, args)

    def finally_(self, function, *args):
        return Tf.Future.finally_(self, _call_then, function, args)

    def __await__(self):
        if not self.is_done():
            executor = _executor_of.get(self)
            if executor is not None and executor() is None and _asyncio_loop() is not None:
                raise TaskCancelled("The executor has gone, and has cancelled the task")
            try:
                yield from _suspend(self._arrange)
            except BaseException as exception:
                if _is_cancel(exception):
                    self.cancel()
                raise
        return self.result

    def _arrange(self, wake):
        handler = self.connect("done", lambda future: wake())
        return lambda: self.disconnect(handler)

    def __aiter__(self):
        return _Items(self)


Future = override(Future)


class Promise(Tf.Promise):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.set_location(_place(1))

    @classmethod
    def new(cls, name=None):
        promise = super().new(name)
        promise.set_location(_place(1))
        return promise

    def resolve(self, value=None):
        return Tf.Promise.resolve_value(self, _box(value))

    def execute(self, function, /, *args, **kwargs):
        """Calls a function at once, and ends as it does. What is to end the program goes on to do so."""
        try:
            value = function(*args, **kwargs)
        except Exception as exception:  # pylint: disable=broad-except
            return self.reject(_without_own_frames(exception))
        except BaseException as exception:
            self.reject(_without_own_frames(exception))
            raise
        return self.resolve(value)

    def reject(self, exception=None):
        """Without an exception: with the one that is being handled."""
        if exception is None:
            exception = sys.exc_info()[1]
        if not _is_a(exception, BaseException):
            raise TypeError(f"A promise is rejected with an exception, not with {type(exception).__qualname__}")
        if _is_error_for_c(exception):
            return Tf.Promise.reject(self, _error_for_c(exception))
        return self.reject_failure(*_describe(exception), _hold(exception))

    def report(self, value=None):
        return Tf.Promise.report_value(self, _box(value))

    def yield_item(self, value=None):
        return Tf.Promise.yield_value(self, _box(value))


Promise = override(Promise)


class FutureSet(Tf.FutureSet):
    @property
    def results(self):
        """What the members completed with, in their order. Raises what the first one that did not would."""
        return [member.result for member in self]


FutureSet = override(FutureSet)


def _flags(wait_for_all, cancel_rest):
    return (Tf.FutureSetFlags.WAIT_FOR_ALL if wait_for_all else 0) | (Tf.FutureSetFlags.CANCEL_REST if cancel_rest else 0)


def _future_of_object(thing):
    try:
        return Tf.Future.from_object(thing)
    except GLib.Error as error:
        message = error.message
    raise TypeError(message)


def _flatten(things):
    """What is not iterable is checked, but nothing is begun yet."""
    for thing in things:
        if hasattr(thing, "__await__"):
            yield thing
        elif isinstance(thing, GObject.Object) and not isinstance(thing, Gio.ListModel):
            yield _future_of_object(thing)
        elif isinstance(thing, (str, bytes)) or not hasattr(thing, "__iter__"):
            kind = type(thing).__qualname__
            raise TypeError(f"A future is needed, or what can be awaited, or many of them: not {kind}")
        else:
            yield from _flatten(thing)


async def _wait_for(awaitable):
    return await awaitable


def _futures_of(things):
    """Any mixture of futures, of what can be awaited, and of what has such members, one inside the other."""
    return [
        one if isinstance(one, Tf.Future) else spawn(one if inspect.iscoroutine(one) else _wait_for(one))
        for one in list(_flatten(things))
    ]


def all(*futures, wait_for_all=False, cancel_rest=False):  # pylint: disable=redefined-builtin
    return Tf.Future.all(_futures_of(futures), Tf.FutureSetFlags(_flags(wait_for_all, cancel_rest)))


def _first(make, make_skipping, futures, cancel_rest, skips):
    if skips is not None and not callable(skips):
        raise TypeError(f"skip is a function or None, not {type(skips).__qualname__}")
    futures, flags = _futures_of(futures), Tf.FutureSetFlags(_flags(False, cancel_rest))
    return make(futures, flags) if skips is None else make_skipping(futures, flags, _guarded(skips))


def any(*futures, cancel_rest=False, skip=None):  # pylint: disable=redefined-builtin
    return _first(Tf.Future.any, Tf.Future.any_skipping, futures, cancel_rest, skip)


def race(*futures, cancel_rest=False, skip=None):  # pylint: disable=redefined-builtin
    return _first(Tf.Future.race, Tf.Future.race_skipping, futures, cancel_rest, skip)


# --- Coroutines ---


def _call_soon(function, context):
    source = GLib.Idle(priority=GLib.PRIORITY_DEFAULT)
    source.set_callback(lambda data=None: function() or False)
    source.attach(context)


def _on_cancel(promise, function):
    """Calls a function on whatever thread cancels the promise. Returns what undoes it.

    A handler of the promise itself would count as somebody who listens, for whose sake it is not cancelled.
    """
    # Who has it has taken it upon him to end the promise after a cancel.
    cancellable = promise.get_gcancellable()
    handler = GObject.Object.connect(cancellable, "cancelled", lambda cancellable: function())
    return lambda: GObject.Object.disconnect(cancellable, handler)


class _Coroutine:
    """Drives a coroutine on the main context, without asyncio; its promise is what others see of it."""

    def __init__(self, coroutine, promise):
        self._coroutine = coroutine
        self._promise = promise
        self._context = contextvars.copy_context()
        self._main_context = _main_context()
        self._cancel_is_due = False
        self._is_running = False
        self._turn = 0
        self._forget_cancel = _on_cancel(promise, self._ask_cancel)
        self._later()

    def _later(self):
        """Goes on in the next turn of the loop. What was to go on before does not any more."""
        self._turn += 1
        turn = self._turn
        _call_soon(lambda: self._go_on(turn), self._main_context)

    def _ask_cancel(self):
        self._cancel_is_due = True
        _call_soon(self._throw_cancel, self._main_context)

    def _throw_cancel(self):
        if self._cancel_is_due:
            self._turn += 1
            self._go_on(self._turn)

    def _go_on(self, turn):
        """In a loop inside the coroutine it is not gone on with."""
        if turn != self._turn or self._coroutine is None or self._is_running:
            return
        self._is_running = True
        if self._cancel_is_due:
            self._cancel_is_due = False
            step, value = self._coroutine.throw, TaskCancelled()
        else:
            step, value = self._coroutine.send, None
        waiter, exception = _call_alone(self._context.run, step, value)
        if _is_a(exception, StopIteration):
            self._end(self._promise.resolve, exception.value)
        elif exception is not None:
            self._end(self._promise.reject, _without_own_frames(exception))
        elif isinstance(waiter, _Waiter):
            waiter.resume = self._later
        else:
            error = TypeError(f"Only futures of Tf can be awaited without asyncio, not {_repr(waiter)}")
            _call_alone(self._context.run, self._coroutine.close)
            self._end(self._promise.reject, error)
        self._is_running = False
        if self._cancel_is_due:
            self._later()

    def _end(self, complete, outcome):
        self._coroutine = None
        self._forget_cancel()
        complete(outcome)


def _follow_asyncio_task(coroutine, promise, loop):
    task = loop.create_task(coroutine)
    drivers = None if _is_on_glib(loop) else _drivers()

    def on_cancel():
        if not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    def on_done(task):
        forget_cancel()
        if task.cancelled():
            promise.cancel()
            promise.reject(TaskCancelled())
        elif task.exception() is not None:
            promise.reject(_without_own_frames(task.exception()))
        else:
            promise.resolve(task.result())
        if drivers is not None:
            drivers.leave(loop)

    forget_cancel = _on_cancel(promise, on_cancel)
    task.add_done_callback(on_done)
    if drivers is not None:
        drivers.enter(loop)


def _place_of(coroutine):
    """Where spawn() was called, or, for what a function given to then() returned, where the coroutine begins."""
    if sys._getframe(2).f_code.co_filename != __file__:
        return _place(2)
    code = coroutine.cr_code
    return _text_for_c(lambda: f"{code.co_filename}:{code.co_firstlineno}", "?")


def spawn(coroutine, name=None):
    """Runs a coroutine on the loop of this thread, that of asyncio or of GLib, and returns a promise of its result."""
    if not inspect.iscoroutine(coroutine):
        raise TypeError(f"A coroutine is needed, not {type(coroutine).__qualname__}")
    promise = Tf.Promise.new(name or _name_of(coroutine))
    promise.set_location(_place_of(coroutine))
    loop = _asyncio_loop()
    if loop is None:
        _Coroutine(coroutine, promise)
    else:
        _follow_asyncio_task(coroutine, promise, loop)
    return promise


# --- The executor ---


def _not_running():
    return GLib.Error("The executor has been stopped", "tf-error-quark", int(Tf.Error.NOT_RUNNING))


@_guard_handlers
class Executor(Tf.Executor):
    def __init__(self, *args, context=None, **kwargs):
        """`context` is where the workers come from: the property parallel-context, which C names apart from main
        contexts."""
        if context is not None:
            kwargs["parallel_context"] = context
        super().__init__(*args, **kwargs)
        _know_executor(self)

    def __del__(self):
        drivers = _driven_by.pop(id(self), None)
        if drivers is not None:
            drivers.take_over(self)

    @classmethod
    def new(cls):
        return cls()

    @classmethod
    def new_for_parallel_context(cls, context):
        return cls(context=context)

    @staticmethod
    def get_default():
        executor = Tf.Executor.get_default()
        # The library keeps it as long as the thread; so the wrapper may stay as well.
        _thread_local.default = executor
        _know_executor(executor)
        return executor

    def _submit(self, task):
        _know_executor(self)
        return self._know_future(Tf.Executor.submit(self, task))

    def _know_future(self, future):
        with _executors_lock:
            _executor_of[future] = weakref.ref(self)
        return future

    def submit(self, task):
        """Takes a Tf.Task, or an instance of a class derived from Tf.BaseTask."""
        if not isinstance(task, BaseTask):
            return self._submit(task)
        future = self._submit(task._make_task(_place(1)))
        task._is_submitted = True
        return future

    def submit_call(self, function, /, *args, **kwargs):
        """Calls a function in the background. What it returns is the result, what it raises the failure."""
        return self._submit(_new_task(lambda task: function(*args, **kwargs), _name_of(function), _place(1)))

    def submit_progress(self, function, /, *args, **kwargs):
        """As submit_call(); the function gets a callable as its keyword progress, to report any object."""
        if "progress" in kwargs:
            raise TypeError("The keyword progress is what the function is given")
        work = lambda task: _run_with_progress(task, function, args, kwargs)  # noqa: E731
        return self._submit(_new_task(work, _name_of(function), _place(1)))

    def submit_iteration(self, function, /, *args, **kwargs):
        """As submit_call(); the function returns something iterable, and each element becomes an item."""
        work = lambda task: _run_iteration(task, function, args, kwargs)  # noqa: E731
        return self._submit(_new_task(work, _name_of(function), _place(1)))

    def submit_then(self, upstream, function, *args):
        """Calls a function in the background with a future, once that has completed."""

        def work(task, done):
            _run(task, lambda task: function(done, *args))

        return Tf.Executor.submit_then(self, upstream, work)

    submit_async = _with_guard(Tf.Executor.submit_async, 3)

    def submit_finish(self, result):
        """What the task of submit_async() has returned; raises the GLib.Error that it ended with."""
        try:
            return Tf.Executor.submit_finish(self, result)[1]
        except GLib.Error as error:
            exception = _error_of(error)
        raise exception

    map_model = _with_guard(Tf.Executor.map_model, 4)

    def _check_running(self):
        if not self.is_running():
            raise _not_running()

    def map(self, function, /, *iterables, limit=None, stop_on_error=True):
        """Calls a function in the background with each item, limit at a time. The result is the list of theirs."""

        def make_task(index, *unused):
            args, calls[index] = calls[index], None
            return _new_task(lambda task: function(*args), name, place)

        if not iterables:
            raise TypeError("map() needs something iterable")
        self._check_running()
        _know_executor(self)
        limit = _at_most(limit, "limit")
        name, place = _name_of(function), _place(1)
        calls = list(zip(*iterables))
        flags = Tf.FutureSetFlags.CANCEL_REST if stop_on_error else Tf.FutureSetFlags.WAIT_FOR_ALL
        members = Tf.Executor.map(self, len(calls), limit, flags, make_task)
        return self._know_future(_check_made(members).then(lambda done: done.results))

    def submit_retry(
        self, function, /, *args, max_attempts=3, first_delay=0.1, max_delay=None, should_retry=None, **kwargs
    ):
        """As submit_call(), until the function does not fail. To be called in the thread of the executor."""

        def start():
            executor = reference()
            if executor is not None and executor.is_running():
                return executor._submit(_new_task(lambda task: function(*args, **kwargs), name, place))
            # As whatever else was left when it stopped.
            promise = Tf.Promise.new(name)
            promise.cancel()
            return promise

        def on_state(executor, pspec):
            future.cancel()

        def on_done(future):
            executor = reference()
            if executor is not None:
                executor.disconnect(handler)

        self._check_running()
        _know_executor(self)
        reference = weakref.ref(self)
        name, place = _name_of(function), _place(1)
        future = _retry(start, max_attempts, first_delay, max_delay, should_retry)
        handler = self.connect("notify::state", on_state)
        future.connect("done", on_done)
        return self._know_future(future)

    def get_dispatch_budget(self):
        return _seconds(Tf.Executor.get_dispatch_budget(self))

    def set_dispatch_budget(self, dispatch_budget):
        microseconds = _microseconds(dispatch_budget, "dispatch_budget")
        if microseconds == 0:
            raise ValueError("dispatch_budget must be more than 0")
        Tf.Executor.set_dispatch_budget(self, microseconds)

    def get_progress_interval(self):
        return _seconds(Tf.Executor.get_progress_interval(self))

    def set_progress_interval(self, progress_interval):
        Tf.Executor.set_progress_interval(self, _microseconds(progress_interval, "progress_interval"))

    def stop(self):
        """Cancels everything, and returns at once. A second call raises NOT_RUNNING; in C it returns true."""
        was_running = self.is_running()
        Tf.Executor.stop(self)
        if not was_running:
            raise _not_running()
        return True

    def shutdown(self, timeout=None):
        return _shut_down(self, _limit(timeout, "timeout"))

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.shutdown()

    async def __aenter__(self):
        loop = _asyncio_loop()
        if loop is not None and not _is_on_glib(loop):
            _drivers().enter(loop)
        return self

    async def __aexit__(self, *exc_info):
        """Stops, and goes on with the loop until all bodies have ended."""
        loop = _asyncio_loop()
        try:
            if self.is_running():
                self.stop()
            while not self.is_stopped():
                await _Suspension(self._arrange_state)
        finally:
            if loop is not None and not _is_on_glib(loop):
                _drivers().leave(loop)

    def _arrange_state(self, wake):
        handler = self.connect("notify::state", lambda executor, pspec: wake())
        return lambda: self.disconnect(handler)


Executor = override(Executor)


# --- What is below executors ---


class CancelFlag(Tf.CancelFlag):
    def wait(self, timeout=None):
        return Tf.CancelFlag.wait(self, _limit(timeout, "timeout"))


CancelFlag = override(CancelFlag)


class Clock(Tf.Clock, _GuardedFunctions):
    def get_time(self):
        return _seconds(Tf.Clock.get_time(self))


Clock = override(Clock)


class Awaitable(Tf.Awaitable, _GuardedFunctions):
    """The interface, whose function may be called on any thread."""


Awaitable = override(Awaitable)


class ParallelContext(Tf.ParallelContext, _GuardedFunctions):
    """The interface, whose functions may be called on any thread."""


ParallelContext = override(ParallelContext)


class WorkerPool(Tf.WorkerPool, _GuardedFunctions):
    def shutdown(self, timeout=None):
        return Tf.WorkerPool.shutdown(self, _limit(timeout, "timeout"))


WorkerPool = override(WorkerPool)


class MessageSender(Tf.MessageSender):
    """The boxed type, which takes any object; and a context that is started and stopped."""

    def send(self, value=None):
        return Tf.MessageSender.send(self, _box(value))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc_info):
        self.stop()


MessageSender = override(MessageSender)


@_guard_handlers
class MessageReceiver(Tf.MessageReceiver):
    """The class, whose handlers may be called outside of the main thread."""


MessageReceiver = override(MessageReceiver)


class MessageRouter(Tf.MessageRouter, _GuardedFunctions):
    def route_until(self, condition, timeout=None, *args):
        """Routes until condition(*args) is true. What it raises ends the routing, and is raised."""

        def is_over(*unused):
            try:
                return bool(condition(*args))
            except BaseException as exception:  # pylint: disable=broad-except
                raised.append(exception)
                return True

        raised = []
        is_routed = Tf.MessageRouter.route_until(self, _limit(timeout, "timeout"), is_over)
        if raised:
            raise raised.pop()
        return is_routed


MessageRouter = override(MessageRouter)

__all__ = [
    "Awaitable", "BaseTask", "CancelFlag", "Clock", "Executor", "Failure", "Future", "FutureSet", "MessageReceiver",
    "MessageRouter", "MessageSender", "ParallelContext", "Promise", "Task", "TaskCancelled", "WorkerPool", "all", "any",
    "race", "spawn",
]


# --- Worker processes ---

# The worker of a program that is none itself: it imports what the tasks name, from where the program would.
_WORKER = """\
import sys
sys.path[:] = sys.argv[1:]
del sys.argv[1:]
import gi
gi.require_version("Tf", "1")
from gi.repository import Tf
sys.exit(Tf.worker_run())
"""

_worker_hook = []


def _worker_argv():
    """The program itself if it has asked, as it is with programs in C."""
    if not _worker_hook:
        return [sys.executable, "-c", _WORKER, *sys.path]
    program = sys.modules["__main__"]
    if program.__spec__ is not None:
        return [sys.executable, "-m", program.__spec__.name.removesuffix(".__main__")]
    return [sys.executable, os.path.abspath(program.__file__)]


class ProcessContext(Tf.ProcessContext):
    """Its usual worker is one of Python: the program itself if it calls worker_requested(), else one that imports."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.set_argv(None)

    @classmethod
    def new(cls, max_workers=0):
        return cls(max_workers=max_workers)

    def set_argv(self, argv):
        Tf.ProcessContext.set_argv(self, argv or _worker_argv())

    def set_grace(self, cancel=None, terminate=None):
        Tf.ProcessContext.set_grace(self, _limit(cancel, "cancel"), _limit(terminate, "terminate"))

    def set_idle_timeout(self, timeout=None):
        Tf.ProcessContext.set_idle_timeout(self, _limit(timeout, "timeout"))

    def set_start_retry_timeout(self, timeout=None):
        Tf.ProcessContext.set_start_retry_timeout(self, _limit(timeout, "timeout"))

    def get_start_retry_timeout(self):
        """For how many seconds failed starts are tried again; None for no limit."""
        microseconds = Tf.ProcessContext.get_start_retry_timeout(self)
        return None if microseconds < 0 else _seconds(microseconds)


ProcessContext = override(ProcessContext)


def _not_portable(text):
    return GLib.Error(text, "tf-error-quark", int(Tf.Error.NOT_PORTABLE))


def _refused(value):
    kind = _text_for_c(lambda: _type_name(type(value)), "an object")
    return _not_portable(f"A value of type {kind} cannot travel to another process: {_repr(value)}")


def _to_entry(key, value):
    return GLib.Variant.new_dict_entry(GLib.Variant.new_string(key), GLib.Variant.new_variant(_to_variant(value)))


def _to_variant(value):
    """What a value is on the wire. There is no guessing: subclasses, sets and objects do not travel."""
    kind = type(value)
    # A large list has many of these: the constructors of C do not take a type apart for each.
    if kind is int and INT64_MIN <= value <= INT64_MAX:
        return GLib.Variant.new_int64(value)
    if kind is float:
        return GLib.Variant.new_double(value)
    if kind is str and _is_text_for_c(value):
        return GLib.Variant.new_string(value)
    if kind is bool:
        return GLib.Variant.new_boolean(value)
    if value is None:
        return GLib.Variant("mv", None)
    if kind is bytes:
        return GLib.Variant.new_from_bytes(GLib.VariantType("ay"), GLib.Bytes.new(value), True)
    if kind is list:
        items = [GLib.Variant.new_variant(_to_variant(item)) for item in value]
        return GLib.Variant.new_array(GLib.VariantType("v"), items)
    if kind is tuple:
        return GLib.Variant.new_tuple(*(_to_variant(item) for item in value))
    if kind is dict and builtins.all(type(key) is str and _is_text_for_c(key) for key in value):
        entries = [_to_entry(key, item) for key, item in value.items()]
        return GLib.Variant.new_array(GLib.VariantType("{sv}"), entries)
    if isinstance(value, GLib.Variant):
        return value
    raise _refused(value)


_LEAVES = {
    "x": GLib.Variant.get_int64,
    "d": GLib.Variant.get_double,
    "s": GLib.Variant.get_string,
    "b": GLib.Variant.get_boolean,
}


def _from_variant(variant):
    """As unpack(), but bytes stay bytes."""
    kind = variant.get_type_string()
    if kind == "v":
        return _from_variant(variant.get_variant())
    if kind in _LEAVES:
        return _LEAVES[kind](variant)
    if kind == "ay":
        return variant.get_data_as_bytes().get_data() or b""
    if kind[0] not in "am(" or kind[:2] == "a{" and kind != "a{sv}":
        return variant.unpack()
    children = [variant.get_child_value(i) for i in range(variant.n_children())]
    if kind == "a{sv}":
        return {child.get_child_value(0).get_string(): _from_variant(child.get_child_value(1)) for child in children}
    values = [_from_variant(child) for child in children]
    if kind[0] == "m":
        return values[0] if values else None
    return tuple(values) if kind[0] == "(" else values


_PORTABLE = (GLib.Bytes, GLib.DateTime, GObject.GEnum, GObject.GFlags)


def _pack(value):
    """A GObject.Value that can travel, or None; what C has a type for goes as that."""
    kind = type(value)
    if kind is bytes:
        return GObject.Value(GLib.Bytes, GLib.Bytes.new(value))
    if kind in (list, tuple, dict) or isinstance(value, GLib.Variant):
        return GObject.Value(GObject.TYPE_VARIANT, _to_variant(value))
    if isinstance(value, _PORTABLE):
        return GObject.Value(kind, value)
    boxed = _box(value)
    if boxed is not value and boxed.g_type == GObject.TYPE_PYOBJECT:
        raise _refused(value)
    return boxed


class _WorkerProgress(_Progress):
    def __call__(self, value=None):
        super().__call__(_pack(value))


def _items_of(generator):
    with contextlib.closing(generator):
        while True:
            try:
                item = next(generator)
            except StopIteration as end:
                return _pack(end.value)
            yield _pack(item)


def _takes_progress(function, args):
    try:
        signature = inspect.signature(function)
        return "progress" in signature.parameters and "progress" not in signature.bind_partial(*args).arguments
    except (TypeError, ValueError):
        return False  # It has no signature, or the call will say what is wrong.


def _find(module, path):
    return functools.reduce(getattr, path.split("."), importlib.import_module(module))


def _look_up(reference):
    kind, _, rest = reference.partition(":")
    module, _, path = rest.partition(":")
    if kind != "py" or not path:
        raise _not_portable(f"“{reference}” names no function of Python; one is called “py:module:name”")
    try:
        return _find(module, path)
    except AttributeError as error:
        if module != "__main__":
            raise
        raise _not_portable(
            f"“{path}” is not in the program of the worker: put it into a module, or ask Tf.worker_requested() in yours"
        ) from error


def _call_reference(task, reference):
    function = _look_up(reference)
    argument = task.get_argument()
    args = () if argument is None else _from_variant(argument)
    if type(args) is not tuple:
        args = (args,)
    if _takes_progress(function, args):
        progress = _WorkerProgress(task)
        keywords = {"progress": progress}
    else:
        progress = None
        keywords = {}
    try:
        result = function(*args, **keywords)
        if inspect.isgenerator(result):
            return _run_iteration(task, _items_of, (result,), {})
        return _pack(result)
    finally:
        if progress is not None:
            progress.end()


def _run_reference(task, reference, data=None):
    _run(task, lambda task: _call_reference(task, reference))
    # The program may end this process at any time.
    with contextlib.suppress(BaseException):
        sys.stdout.flush()


def worker_requested():
    """Whether this process was started to be a worker. A program that asks is the worker of its own contexts."""
    if not _worker_hook:
        _worker_hook.append(True)
    return Tf.worker_requested()


def worker_run(handler=None, *data):
    """Is a worker, for functions of Python or with a handler of your own. Returns what the process has to exit with."""
    if handler is None:
        return Tf.worker_run(_run_reference)
    return Tf.worker_run(lambda task, reference, *unused: _run_bare(task, handler, (reference, *data)))


def call_task(function, /, *args):
    """A task that calls a function of a module in a worker process. Its arguments and its result have to be plain."""
    module = getattr(function, "__module__", None)
    path = getattr(function, "__qualname__", None)
    try:
        is_found = _find(module, path) == function
    except (AttributeError, ImportError):
        is_found = False
    if not is_found:
        raise _not_portable(f"Only what a module has by a name can be called in another process, not {_repr(function)}")
    task = Tf.Task.new_for_reference(f"py:{module}:{path}", _to_variant(args))
    task.set_name(_name_of(function))
    task.set_location(_place(1))
    return task


__all__ += ["ProcessContext", "call_task", "worker_requested", "worker_run"]
