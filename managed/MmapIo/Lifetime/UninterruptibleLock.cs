namespace MmapIo;

/// <summary>
/// A lock that <see cref="Thread.Interrupt"/> does not throw a thread out of: what begins or ends a hold on a map has to
/// get in, or the hold is lost for good. The interruption is put off until the lock is left: the thread's next wait that
/// can be interrupted then throws.
/// </summary>
internal class UninterruptibleLock
{
    /// <summary>Waits for the lock. A thread may enter again what it has entered already.</summary>
    /// <returns>Leaves the lock when disposed, once, by the same thread.</returns>
    public Scope Enter() => Monitor.TryEnter(this) ? new Scope(this, false) : Wait();

    private Scope Wait()
    {
        bool interrupted = false;
        for (; ; )
        {
            try
            {
                Monitor.Enter(this);
                return new Scope(this, interrupted);
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
    }

    /// <summary>Inside the lock, until it is disposed.</summary>
    public readonly ref struct Scope(UninterruptibleLock gate, bool interrupted)
    {
        public void Dispose()
        {
            Monitor.Exit(gate);
            if (interrupted)
            {
                Thread.CurrentThread.Interrupt();
            }
        }
    }
}
