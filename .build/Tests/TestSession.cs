using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace MmapIo.Build.Tests;

/// <summary>
/// Collects the reports of several runners, prints them as they come, and ends with the line that sums them up.
/// </summary>
internal sealed class TestSession
{
    private readonly List<TestReport> _reports = [];

    public TestSession() => Directory.CreateDirectory(Repository.TestResults);

    public bool Failed => _reports.Any(report => report.Failed.Count > 0);

    private static string SavedFile => Path.Combine(Repository.TestResults, "test.json");

    /// <summary>
    /// Runs a group of tests; a group that cannot even start is a failure of the session, not its end.
    /// </summary>
    public async Task RunAsync(string name, Func<Task<TestReport>> run)
    {
        var clock = Stopwatch.StartNew();
        TestReport report;
        try
        {
            report = await run();
        }
        catch (StepFailedException failure)
        {
            report = TestReport.Broken(name, failure.Message);
        }

        Add(report);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Totals([report])}: {report.Runner} ({clock.Elapsed.TotalSeconds:0.0} s)"));
        foreach (TestNote note in report.Failed)
        {
            Console.WriteLine($"FAILED {report.Runner}: {note.Test}\n{Indented(note.Text)}");
        }
    }

    /// <summary>
    /// Does something the tests depend on; false, and a failure of the session, if it cannot be done.
    /// </summary>
    public async Task<bool> PrepareAsync(string name, Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (StepFailedException failure)
        {
            Add(TestReport.Broken(name, failure.Message));
            Console.WriteLine($"FAILED {name}\n{Indented(failure.Message)}");
            return false;
        }
    }

    /// <summary>Prints the skipped tests with their reasons and, as the last line, the totals.</summary>
    /// <returns>The exit code.</returns>
    public int Finish()
    {
        foreach (TestReport report in _reports)
        {
            foreach (TestNote note in report.Skipped)
            {
                Console.WriteLine($"skipped {report.Runner}: {note.Test}: {note.Text.ReplaceLineEndings(" ")}");
            }
        }

        Console.WriteLine(Totals(_reports));
        return Failed ? 1 : 0;
    }

    /// <summary>Keeps the reports so that a later run over the same files can count them in.</summary>
    public void Save(string fingerprint) =>
        File.WriteAllText(SavedFile, JsonSerializer.Serialize(new Saved(fingerprint, _reports)));

    /// <summary>Takes over saved reports if they are about exactly these files and nothing failed.</summary>
    public bool TryTakeSaved(string fingerprint)
    {
        if (!File.Exists(SavedFile)
            || JsonSerializer.Deserialize<Saved>(File.ReadAllText(SavedFile)) is not { } saved
            || saved.Fingerprint != fingerprint
            || saved.Reports.Any(report => report.Failed.Count > 0))
        {
            return false;
        }

        foreach (TestReport report in saved.Reports)
        {
            Add(report);
            Console.WriteLine($"{Totals([report])}: {report.Runner} (run before)");
        }

        return true;
    }

    private void Add(TestReport report) => _reports.Add(report);

    private static string Totals(IReadOnlyCollection<TestReport> reports)
    {
        int passed = reports.Sum(report => report.Passed);
        int failed = reports.Sum(report => report.Failed.Count);
        int skipped = reports.Sum(report => report.Skipped.Count);
        return string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed, {skipped} skipped");
    }

    private static string Indented(string text) =>
        string.Join('\n', text.TrimEnd().Split('\n').Select(line => "    " + line.TrimEnd()));

    private sealed record Saved(string Fingerprint, IReadOnlyList<TestReport> Reports);
}
