namespace MmapIo;

/// <summary>
/// A lock that <see cref="Thread.Interrupt"/> does not keep anybody from entering: where what is noted under it must not
/// get lost. An interrupt that comes while waiting takes effect at the next wait after the lock has been left.
/// </summary>
internal class UninterruptibleLock
{
    /// <summary>Enters, as often as the thread likes. Leave by disposing what this returns.</summary>
    public Scope Enter()
    {
        bool entered = false;
        bool interrupted = false;
        while (!entered)
        {
            try
            {
                Monitor.Enter(this, ref entered);
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
        return new Scope(this, interrupted);
    }

    /// <summary>The time inside.</summary>
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
