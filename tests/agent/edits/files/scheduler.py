import heapq
import itertools
import time


class Job:
    def __init__(self, name, action, interval=None, retries=0):
        self.name = name
        self.action = action
        self.interval = interval
        self.retries = retries
        self.failures = 0
        self.last_error = None


class Scheduler:
    """Runs jobs in the order of their due time."""

    def __init__(self, clock=time.monotonic, sleep=time.sleep):
        self._clock = clock
        self._sleep = sleep
        self._queue = []
        self._counter = itertools.count()
        self._cancelled = set()
        self.running = False

    def submit(self, job, delay=0.0):
        due = self._clock() + delay
        entry = (due, next(self._counter), job)
        heapq.heappush(self._queue, entry)
        return entry[1]

    def cancel(self, ticket):
        self._cancelled.add(ticket)

    def pending(self):
        return [job.name for _, ticket, job in sorted(self._queue)
                if ticket not in self._cancelled]

    def run_once(self):
        while self._queue:
            due, ticket, job = self._queue[0]
            if ticket in self._cancelled:
                heapq.heappop(self._queue)
                self._cancelled.discard(ticket)
                continue
            # Wait until the next job is due.
            wait = due - self._clock()
            if wait > 0:
                self._sleep(wait)
            heapq.heappop(self._queue)
            self._execute(job)
            return job
        return None

    def _execute(self, job):
        try:
            job.action()
        except Exception as error:
            job.failures += 1
            job.last_error = error
            if job.failures <= job.retries:
                # Back off a little longer after every failure.
                self.submit(job, delay=2 ** job.failures)
                return
            raise
        else:
            job.failures = 0
            job.last_error = None
            if job.interval is not None:
                self.submit(job, delay=job.interval)

    def run(self, limit=None):
        self.running = True
        done = 0
        try:
            while self.running:
                job = self.run_once()
                if job is None:
                    break
                done += 1
                if limit is not None and done >= limit:
                    break
        finally:
            self.running = False
        return done

    def stop(self):
        self.running = False
