using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MmapIo.Build.Tests;

/// <summary>Runs the C tests of one native build with ctest.</summary>
internal static partial class CtestRunner
{
    /// <summary>For a test that sets no limit of its own; a hanging one is a failure, not a reason to wait.</summary>
    private const int SecondsPerTest = 120;

    public static async Task<TestReport> RunAsync(NativeTree tree)
    {
        string report = Path.Combine(Repository.TestResults, $"native-{tree.Name}.xml");
        File.Delete(report);
        StepResult run = await Step.CaptureAsync("ctest",
        [
            "--test-dir", tree.Folder,
            "--build-config", tree.Configuration,
            "--output-junit", report,
            "--no-tests=error",
            "--timeout", $"{SecondsPerTest}",
            "--parallel", $"{Environment.ProcessorCount}",
        ]);
        string name = $"native {tree.Name}";
        return File.Exists(report)
            ? Read(name, XDocument.Load(report)).Checked(run)
            : TestReport.Broken(name, $"ctest wrote no report\n{run.LastLines}");
    }

    private static TestReport Read(string name, XDocument report)
    {
        int passed = 0;
        List<TestNote> failed = [];
        List<TestNote> skipped = [];
        foreach (XElement test in report.Descendants("testcase"))
        {
            string title = (string?)test.Attribute("name") ?? "?";
            string output = ((string?)test.Element("system-out") ?? "").TrimEnd();
            string? unrun = (string?)test.Element("skipped")?.Attribute("message");
            if ((string?)test.Attribute("status") == "run")
            {
                passed++;
            }
            else if (unrun?.StartsWith("SKIP_", StringComparison.Ordinal) == true)
            {
                Match said = Reason().Match(output);
                skipped.Add(new TestNote(title, said.Success ? said.Groups["reason"].Value.Trim() : output));
            }
            else if ((string?)test.Attribute("status") == "disabled")
            {
                skipped.Add(new TestNote(title, "disabled"));
            }
            else
            {
                // Also a test that ctest could not start: the report calls it skipped, the exit code does not.
                string? why = unrun ?? (string?)test.Element("failure")?.Attribute("message");
                failed.Add(new TestNote(title, $"{why}\n{output}".Trim()));
            }
        }

        return new TestReport(name, passed, failed, skipped);
    }

    /// <summary>How tests/native/test.h prints the reason of a skip.</summary>
    [GeneratedRegex(@"^\s*skipped: (?<reason>.*)$", RegexOptions.Multiline)]
    private static partial Regex Reason();
}
