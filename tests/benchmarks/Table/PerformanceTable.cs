using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MmapIo.Benchmarks;

/// <summary>Runs the comparisons, and writes what came out as a table and a plot.</summary>
internal static class PerformanceTable
{
    private static readonly string s_folder =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "benchmarks"));

    /// <summary>Runs those whose titles contain one of the words, or all; of all it leaves files behind.</summary>
    /// <returns>The exit code: 1 if a goal was missed.</returns>
    public static int Run(string[] words)
    {
        var lines = new StringBuilder();
        var bars = new List<Bar>();
        Say(lines, Machine() + "\n");
        Say(lines, "| Work | Way | Time | of the first | Garbage | Target | |");
        Say(lines, "|---|---|--:|--:|--:|---|---|");
        foreach (Comparison each in Comparisons.All().Where(each => IsWanted(each, words)))
        {
            IReadOnlyList<Figure> figures = Alternation.Measure(each.Work, each.Time);
            foreach (Figure figure in figures)
            {
                Say(lines, Row(each, figure, figures));
            }
            bars.AddRange(each.Goals.Select(
                goal => new Bar($"{each.Title}: {goal.Way} {goal.Words}", goal.Share(figures), goal.IsMet(figures))));
        }
        Console.WriteLine($"\n{bars.Count(bar => bar.IsMet)} of {bars.Count} targets met");
        if (words.Length == 0)
        {
            Directory.CreateDirectory(s_folder);
            File.WriteAllText(Path.Combine(s_folder, "performance.md"), lines.ToString());
            File.WriteAllText(Path.Combine(s_folder, "performance.svg"), Plot.Of(bars));
            Console.WriteLine($"written to {s_folder}: performance.md, performance.svg");
        }
        return bars.TrueForAll(bar => bar.IsMet) ? 0 : 1;
    }

    private static bool IsWanted(Comparison comparison, string[] words) =>
        words.Length == 0 || words.Any(word => comparison.Title.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string Row(Comparison comparison, Figure figure, IReadOnlyList<Figure> all)
    {
        Goal[] goals = [.. comparison.Goals.Where(goal => goal.Way == figure.Way)];
        string work = figure == all[0] ? comparison.Title : "";
        string ratio = (figure.Nanoseconds / all[0].Nanoseconds).ToString("0.000", CultureInfo.InvariantCulture);
        string wanted = string.Join("; ", goals.Select(goal => goal.Words));
        string verdict = goals.Length == 0 ? "" : Array.TrueForAll(goals, goal => goal.IsMet(all)) ? "met" : "**missed**";
        return $"| {work} | {figure.Way} | {Time(figure.Nanoseconds)} | {ratio} | {figure.Garbage:0} B | {wanted} | {verdict} |";
    }

    private static string Time(double nanoseconds)
    {
        (double value, string unit) = nanoseconds switch
        {
            < 1e3 => (nanoseconds, "ns"),
            < 1e6 => (nanoseconds / 1e3, "µs"),
            _ => (nanoseconds / 1e6, "ms"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.00} {unit}");
    }

    /// <summary>What the figures are from.</summary>
    private static string Machine()
    {
        const string Info = "/proc/cpuinfo";
        string? model = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        string processor = model?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
        string place = new DriveInfo(Path.GetTempPath()).DriveFormat;
        return $"{processor}, {Environment.ProcessorCount} cores; {RuntimeInformation.OSDescription}; files on {place}; "
            + $"{RuntimeInformation.FrameworkDescription}.";
    }

    private static void Say(StringBuilder lines, string line)
    {
        lines.Append(line).Append('\n');
        Console.WriteLine(line);
    }
}
