using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace MmapIo.Benchmarks;

/// <summary>What one way of doing the work costs: nanoseconds and bytes of garbage for each time.</summary>
internal sealed record Figure(string Way, double Nanoseconds, double Garbage);

/// <summary>
/// Measures several ways of doing the same work in turn, round by round: what slows the machine down for a while, slows
/// all of them. The best round of each counts, since nothing but the work itself can make it take less.
/// </summary>
internal static class Alternation
{
    private const double RoundSeconds = 0.01;
    private const int FewestRounds = 7;
    private const int WarmUps = 100;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(0.5);

    /// <summary>As long as the runtime waits before it compiles again what was called often.</summary>
    private static readonly TimeSpan s_tierUp = TimeSpan.FromSeconds(0.25);

    public static IReadOnlyList<Figure> Measure(IWork work, TimeSpan time)
    {
        work.Setup();
        try
        {
            Way[] ways = [.. from method in work.GetType().GetMethods()
                             let mark = method.GetCustomAttribute<BenchmarkAttribute>()
                             where mark is not null
                             select new Way(work, method, mark.OperationsPerInvoke)];
            foreach (Way way in ways)
            {
                way.WarmUp();
            }
            Thread.Sleep(s_tierUp);
            foreach (Way way in ways)
            {
                way.WarmUp();
            }
            var clock = Stopwatch.StartNew();
            for (int round = 0; round < FewestRounds || clock.Elapsed < time; round++)
            {
                foreach (Way way in ways)
                {
                    way.RunRound();
                }
            }
            return [.. ways.Select(way => way.Result())];
        }
        finally
        {
            work.Cleanup();
        }
    }

    private sealed class Way(IWork work, MethodInfo method, int operations)
    {
        private readonly Action _run = Expression.Lambda<Action>(Expression.Call(Expression.Constant(work), method)).Compile();
        private readonly IColdWork? _cold = work as IColdWork;
        private long _callsPerRound = 1;
        private double _best = double.MaxValue;
        private long _garbage = long.MaxValue;

        public void WarmUp()
        {
            _cold?.Prepare();
            var clock = Stopwatch.StartNew();
            long calls = 0;
            while (calls == 0 || (calls < WarmUps && clock.Elapsed < s_warmUp))
            {
                _run();
                calls++;
            }
            double seconds = clock.Elapsed.TotalSeconds / calls;
            _callsPerRound = _cold is null ? Math.Max(1, (long)(RoundSeconds / seconds)) : 1;
        }

        public void RunRound()
        {
            _cold?.Prepare();
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            for (long i = 0; i < _callsPerRound; i++)
            {
                _run();
            }
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            _best = Math.Min(_best, seconds / _callsPerRound);
            _garbage = Math.Min(_garbage, (GC.GetAllocatedBytesForCurrentThread() - before) / _callsPerRound);
        }

        public Figure Result() => new(method.Name, _best * 1e9 / operations, (double)_garbage / operations);
    }
}
