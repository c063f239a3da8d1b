namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Stands for a length: all of the map, however long it is once the call has it. Callers' own lengths are
    /// checked before, and never negative.</summary>
    internal const long All = -1;

    /// <summary>Begins a call of the native side on a range, or on <see cref="All"/> of the map.</summary>
    private MapCall EnterNative(long offset = 0, long length = 0) => new(this, offset, length);

    /// <summary>
    /// Runs work on another thread, with the map mapped until it has ended: disposing the map meanwhile closes it for
    /// everybody else. The work is told the length, and calls the native side itself, not members of the map, which may
    /// be closed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The map is closed already.</exception>
    private ValueTask<T> RunHeld<T>(long offset, long length, Func<long, T> work, CancellationToken cancellationToken) =>
        RunHeld(offset, length, (bytes, release) => HeldWork.Run(() => work(bytes), release), cancellationToken);

    /// <summary>As above. What starts the work is given the length, and what to do when it has ended.</summary>
    private ValueTask<T> RunHeld<T>(
        long offset, long length, Func<long, Action, Task<T>> start, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }
        long held = HoldMapped(offset, length);
        return new ValueTask<T>(start(held, () => Release(offset, held)));
    }

    /// <summary>As <see cref="Hold"/>, for calls that touch no byte, whatever the range permits. Gives its length.
    /// </summary>
    private long HoldMapped(long offset, long length)
    {
        using (Lifetime.Lock())
        {
            ThrowIfClosed();
            long held = length == All ? Length : length;
            Lifetime.Hold(offset, held);
            return held;
        }
    }

    internal bool IsClosed => Lifetime.IsClosed;

    internal void ThrowIfClosed() => Lifetime.ThrowIfClosed();

    /// <summary>Keeps the map mapped from any thread until <see cref="Release"/>. Gives the range's first byte.</summary>
    internal byte* Hold(long offset, long length, bool forWriting)
    {
        // The lock first, then the use: whoever waits for uses to end has the lock.
        using (Lifetime.Lock())
        {
            LeaseSlot slot = EnterLease(offset, length, forWriting, isLease: false);
            Lifetime.Hold(offset, length);
            Lifetime.Exit(this, slot);
            return _limits.Data + offset;
        }
    }

    /// <summary>As <see cref="Hold"/>, for who holds the range already: the map may be closed, but is mapped.</summary>
    internal byte* HoldAgain(long offset, long length)
    {
        using (Lifetime.Lock())
        {
            Lifetime.Hold(offset, length);
            return _limits.Data + offset;
        }
    }

    /// <summary>Undoes one <see cref="Hold"/>. The last one of a closed map unmaps it.</summary>
    internal void Release(long offset, long length) => Lifetime.Release(this, offset, length);
}
