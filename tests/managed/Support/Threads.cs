using System.Runtime.ExceptionServices;

namespace MmapIo.Tests;

/// <summary>Threads whose failures are the test's failures, and which no failing test leaves waiting.</summary>
internal static class Threads
{
    /// <summary>For what happens at once or never: a thread that does not get there is a failure, not a hang.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Starts a thread. Disposing it lets it go on, joins it and throws what it threw.</summary>
    public static Running Start(Action work, Action? letGoOn = null) => new(work, letGoOn);

    /// <summary>Waits for another thread to get somewhere.</summary>
    public static void Await(ManualResetEventSlim place) =>
        Assert.True(place.Wait(s_patience), "the other thread did not get there");

    internal sealed class Running : IDisposable
    {
        private readonly Thread _thread;
        private readonly Action? _letGoOn;
        private ExceptionDispatchInfo? _failure;

        public Running(Action work, Action? letGoOn)
        {
            _letGoOn = letGoOn;
            _thread = new Thread(() =>
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    _failure = ExceptionDispatchInfo.Capture(e);
                }
            });
            _thread.Start();
        }

        public bool IsRunning => _thread.IsAlive;

        public void Dispose()
        {
            _letGoOn?.Invoke();
            _thread.Join();
            _failure?.Throw();
        }
    }
}
