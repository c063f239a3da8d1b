namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Stands for a length: all of the map, however long it is once the call has it. Callers' own lengths are
    /// checked before, and never negative.</summary>
    private const long All = -1;

    /// <summary>
    /// Notes a call that needs the mapping. One on <see cref="All"/> of the map keeps it from getting shorter, and
    /// learns how long it is; any other leaves it to the native side to refuse a range that is no longer inside.
    /// </summary>
    private LeaseSlot EnterCall(ref long length)
    {
        if (length != All)
        {
            return LeaseStack.Enter(this, 0, 0);
        }
        LeaseSlot slot = LeaseStack.Enter(this, 0, long.MaxValue);
        length = Length;
        return slot;
    }

    /// <summary>
    /// Runs work on another thread, with the map mapped until it has ended: disposing the map meanwhile closes it for
    /// everybody else. The work is told the length, and calls the native side itself, not members of the map, which may
    /// be closed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The map is closed already.</exception>
    private ValueTask<T> RunHeld<T>(long offset, long length, Func<long, T> work, CancellationToken cancellationToken) =>
        RunHeld(offset, length, (bytes, release) => Ending.Run(() => work(bytes), release), cancellationToken);

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
        lock (_gate)
        {
            ThrowIfClosed();
            long held = length == All ? _length : length;
            AddHold(offset, held);
            return held;
        }
    }
}
