namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>
    /// Runs work on another thread, with the map mapped until it has ended: disposing the map meanwhile closes it for
    /// everybody else. The work calls the native side itself, not members of the map, which may be closed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The map is closed already.</exception>
    private ValueTask<T> RunHeld<T>(long offset, long length, Func<T> work, CancellationToken cancellationToken) =>
        RunHeld(offset, length, () => Task.Run(work, CancellationToken.None), cancellationToken);

    private ValueTask<T> RunHeld<T>(long offset, long length, Func<Task<T>> start, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }
        HoldMapped(offset, length);
        return new ValueTask<T>(Ending.With(start, () => Release(offset, length)));
    }

    /// <summary>As <see cref="Hold"/>, for calls that touch no byte, whatever the range permits.</summary>
    private void HoldMapped(long offset, long length)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            AddHold(offset, length);
        }
    }
}
