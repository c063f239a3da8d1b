namespace MmapIo;

/// <summary>Work with an end to it that takes place whatever comes of the work.</summary>
internal static class HeldWork
{
    public static async Task<T> With<T>(Func<Task<T>> start, Action end)
    {
        try
        {
            return await start().ConfigureAwait(false);
        }
        finally
        {
            end();
        }
    }

    /// <summary>Does work on another thread. The end takes place when the work has ended, or will not be done: also where
    /// the pool, out of threads, threw, and did it all the same.</summary>
    /// <param name="work">What is to be done.</param>
    /// <param name="end">Takes place once.</param>
    /// <param name="queue">Hands it over; null for the thread pool.</param>
    public static async Task<T> Run<T>(Func<T> work, Action end, Action<Action>? queue = null)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        int taken = 0;
        try
        {
            (queue ?? ToPool)(Work);
        }
        catch when (Interlocked.Exchange(ref taken, 1) == 0)
        {
            end();
            throw;
        }
        catch
        {
            // Somebody is at it: what comes of it is what counts.
        }
        return await done.Task.ConfigureAwait(false);

        void Work()
        {
            if (Interlocked.Exchange(ref taken, 1) != 0)
            {
                return;
            }
            try
            {
                done.SetResult(Finished());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }

        T Finished()
        {
            try
            {
                return work();
            }
            finally
            {
                end();
            }
        }
    }

    private static void ToPool(Action action) => ThreadPool.QueueUserWorkItem(_ => action());
}
