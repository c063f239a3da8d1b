using System.Globalization;

namespace MmapIo.Benchmarks;

/// <summary>Runs the comparisons, and writes what came out as a table.</summary>
internal static class PerformanceTable
{
    /// <summary>Runs those whose titles contain one of the words, or all.</summary>
    /// <returns>The exit code: 1 if a goal was missed.</returns>
    public static int Run(string[] words)
    {
        bool missed = false;
        foreach (Comparison each in Comparisons.All().Where(each => IsWanted(each, words)))
        {
            IReadOnlyList<Figure> figures = Alternation.Measure(each.Work, each.Time);
            foreach (Figure figure in figures)
            {
                Goal[] goals = [.. each.Goals.Where(goal => goal.Way == figure.Way)];
                bool met = goals.All(goal => goal.IsMet(figure, figures.First(other => other.Way == goal.Than)));
                missed |= !met;
                string verdict = goals.Length == 0 ? "" : met ? "met" : "MISSED";
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{each.Title,-42} {figure.Way,-22} {figure.Nanoseconds,14:0.0} ns {figure.Nanoseconds / figures[0].Nanoseconds,8:0.000} x {figure.Garbage,6:0} B  {string.Join("; ", goals.Select(goal => goal.Words))} {verdict}"));
            }
        }
        return missed ? 1 : 0;
    }

    private static bool IsWanted(Comparison comparison, string[] words) =>
        words.Length == 0 || words.Any(word => comparison.Title.Contains(word, StringComparison.OrdinalIgnoreCase));
}
