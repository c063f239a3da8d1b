using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace MmapIo;

/// <summary>Populating by several threads, each of which takes the next piece that nobody has taken.</summary>
/// <param name="populate">Populates one piece, given its offset and length.</param>
/// <param name="length">Bytes in all.</param>
/// <param name="progress">Is told how many bytes are done. Never by two threads at once, and never fewer.</param>
/// <param name="cancellationToken">Ends it between two pieces.</param>
/// <param name="scheduler">Starts the threads; null for the system's own.</param>
internal sealed class Population(
    Action<long, long> populate, long length, IProgress<long>? progress, CancellationToken cancellationToken,
    TaskScheduler? scheduler = null)
{
    /// <summary>Bytes; whole pages on every system.</summary>
    private const long Piece = 8 << 20;

    private readonly Lock _failing = new();
    private bool _reporting;
    private long _reported;
    private long _next;
    private long _done;
    private volatile bool _stopped;
    private long _failedAt = long.MaxValue;
    private Exception? _failure;

    /// <exception cref="OperationCanceledException">Cancelled before the last piece.</exception>
    public async Task<PopulateResult> Run(int workers)
    {
        long started = Stopwatch.GetTimestamp();
        long pieces = (length + Piece - 1) / Piece;

        await Task.WhenAll(Start((int)Math.Min(workers, pieces))).ConfigureAwait(false);
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
        if (_done < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        return new PopulateResult(length, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Starts as many workers as can be had. If that is none, the caller does the work.</summary>
    private List<Task> Start(int workers)
    {
        // Threads of their own: those of the pool are for work that does not wait for a disk.
        List<Task> started = [];
        try
        {
            while (started.Count < workers)
            {
                started.Add(Task.Factory.StartNew(
                    Work, CancellationToken.None, TaskCreationOptions.LongRunning, scheduler ?? TaskScheduler.Default));
            }
        }
        catch (TaskSchedulerException)
        {
            // There is no thread to be had: a limit of the process or the system. Those there are do all of it.
        }
        if (started.Count == 0)
        {
            Work();
        }
        return started;
    }

    private void Work()
    {
        while (!_stopped && !cancellationToken.IsCancellationRequested)
        {
            long offset = Interlocked.Add(ref _next, Piece) - Piece;
            if (offset >= length)
            {
                return;
            }
            try
            {
                long bytes = Math.Min(Piece, length - offset);
                populate(offset, bytes);
                Report(bytes);
            }
            catch (Exception e)
            {
                Fail(offset, e);
            }
        }
    }

    /// <summary>One thread at a time tells, without a lock: what another has done meanwhile, it tells, too.</summary>
    private void Report(long bytes)
    {
        Interlocked.Add(ref _done, bytes);
        while (progress is not null && Volatile.Read(ref _done) != Volatile.Read(ref _reported)
            && !Interlocked.Exchange(ref _reporting, true))
        {
            long done = Volatile.Read(ref _done);
            if (done != _reported)
            {
                Volatile.Write(ref _reported, done);
                MapMetrics.Tell(progress, done);
            }
            Volatile.Write(ref _reporting, false);
        }
    }

    /// <summary>Where several pieces fail, the first of the map is the one to tell of.</summary>
    private void Fail(long offset, Exception failure)
    {
        lock (_failing)
        {
            _stopped = true;
            if (offset < _failedAt)
            {
                (_failedAt, _failure) = (offset, failure);
            }
        }
    }
}
