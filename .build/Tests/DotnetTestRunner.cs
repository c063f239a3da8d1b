using System.Xml.Linq;
using MmapIo.Build.Natives;

namespace MmapIo.Build.Tests;

/// <summary>
/// Runs built .NET tests, either a program of its own (xUnit) or an assembly for `dotnet test` (NUnit).
/// </summary>
internal static class DotnetTestRunner
{
    private static readonly XNamespace s_trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>
    /// Starts an xUnit v3 test program. `dotnet test` would run the same program through an adapter, in six times the
    /// time, and would sit out a minute, then tell nothing, if a fault ended it.
    /// </summary>
    public static Task<TestReport> RunProgramAsync(string name, string project)
    {
        string report = ReportFile(name);
        return RunAsync(name, report, Managed.Dotnet, [Repository.AssemblyOf(project), .. XunitOptions(report)]);
    }

    /// <summary>Starts an xUnit v3 program for another system.</summary>
    public static Task<TestReport> RunEmulatedAsync(
        string name, string program, string[] chosen, Emulator emulator, TimeSpan patience)
    {
        string report = ReportFile(name.Replace(' ', '-'));
        string[] arguments =
            [.. emulator.Command[1..], program, .. chosen, .. XunitOptions(emulator.PathOf(report))];
        return RunAsync(name, report, emulator.Command[0], arguments, emulator.Environment, patience);
    }

    /// <summary>Runs an assembly with the test adapter it brings along.</summary>
    public static Task<TestReport> RunAssemblyAsync(
        string name, string project, IReadOnlyDictionary<string, string?> environment)
    {
        // Given an assembly, `dotnet test` leaves MSBuild out: nothing is evaluated, let alone built, a second time.
        string report = ReportFile(name);
        string logger = $"trx;LogFileName={Path.GetFileName(report)}";
        return RunAsync(
            name,
            report,
            Managed.Dotnet,
            ["test", Repository.AssemblyOf(project), "--logger", logger, "--results-directory", Repository.TestResults],
            environment);
    }

    private static async Task<TestReport> RunAsync(
        string name,
        string report,
        string program,
        string[] arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? patience = null)
    {
        File.Delete(report);
        StepResult run = await Step.CaptureAsync(program, arguments, environment, patience);
        return File.Exists(report)
            ? Read(name, XDocument.Load(report)).Checked(run)
            : TestReport.Broken(name, $"no report was written; exit code {run.ExitCode}\n{run.LastLines}");
    }

    private static string[] XunitOptions(string report) =>
        ["-noLogo", "-noColor", "-reporter", "verbose", "-result-trx", report];

    private static string ReportFile(string name) => Path.Combine(Repository.TestResults, $"{name}.trx");

    private static TestReport Read(string name, XDocument report)
    {
        int passed = 0;
        List<TestNote> failed = [];
        List<TestNote> skipped = [];
        foreach (XElement test in report.Descendants(s_trx + "UnitTestResult"))
        {
            string title = (string?)test.Attribute("testName") ?? "?";
            XElement? output = test.Element(s_trx + "Output");
            switch ((string?)test.Attribute("outcome"))
            {
                case "Passed":
                    passed++;
                    break;
                case "NotExecuted" or "Inconclusive" or "Pending":
                    skipped.Add(new TestNote(title, Text(output, "Message", "StdOut")));
                    break;
                default:
                    failed.Add(new TestNote(title, Text(output, "Message", "StackTrace", "StdOut", "StdErr")));
                    break;
            }
        }

        return new TestReport(name, passed, failed, skipped);
    }

    private static string Text(XElement? output, params string[] parts) =>
        string.Join('\n', (from part in parts
                           from element in output?.Descendants(s_trx + part) ?? []
                           let text = element.Value.TrimEnd()
                           where text.Length > 0
                           select text).Distinct());
}
