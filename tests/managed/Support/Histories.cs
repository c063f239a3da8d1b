namespace MmapIo.Tests;

/// <summary>
/// Random histories of steps, run one after the other against something and its model. The seed is told before the first
/// step, on the error stream: a history that ends the process is found again by it (MMAPIO_SEED). A history that fails is
/// made as short as it fails with.
/// </summary>
internal static class Histories
{
    /// <param name="name">Of the test, for what is told.</param>
    /// <param name="steps">How many in all, at least.</param>
    /// <param name="longest">Steps of one history.</param>
    /// <param name="next">Makes a step.</param>
    /// <param name="run">Runs a history, from the start; throws where the two disagree.</param>
    public static void Run<TStep>(
        string name, int steps, int longest, Func<Random, TStep> next, Action<IReadOnlyList<TStep>> run)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("MMAPIO_SEED"), out int given) ? given : Random.Shared.Next();
        Console.Error.WriteLine($"{name}: MMAPIO_SEED={seed}, {steps} steps in histories of up to {longest}");
        var random = new Random(seed);
        for (int done = 0; done < steps;)
        {
            TStep[] history = [.. Enumerable.Range(0, random.Next(1, longest + 1)).Select(_ => next(random))];
            done += history.Length;
            if (FailureOf(history, run) is { } failure)
            {
                IReadOnlyList<TStep> shortest = Shortened(history, run);
                failure = FailureOf(shortest, run) ?? failure;
                Assert.Fail($"MMAPIO_SEED={seed}\n{string.Join("\n", shortest)}\n{failure}");
            }
        }
    }

    private static Exception? FailureOf<TStep>(IReadOnlyList<TStep> history, Action<IReadOnlyList<TStep>> run)
    {
        try
        {
            run(history);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Leaves out ever smaller parts, as long as what is left fails.</summary>
    private static List<TStep> Shortened<TStep>(IReadOnlyList<TStep> history, Action<IReadOnlyList<TStep>> run)
    {
        List<TStep> shortest = [.. history];
        for (int part = shortest.Count / 2; part > 0; part /= 2)
        {
            for (int at = 0; at + part <= shortest.Count;)
            {
                List<TStep> without = [.. shortest.Take(at), .. shortest.Skip(at + part)];
                if (FailureOf(without, run) is null)
                {
                    at += part;
                }
                else
                {
                    shortest = without;
                }
            }
        }
        return shortest;
    }
}
