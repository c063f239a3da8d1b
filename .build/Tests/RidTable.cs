using System.Globalization;
using MmapIo.Build.Natives;

namespace MmapIo.Build.Tests;

/// <summary>
/// For each RID how large its library is, what was checked, what ran, where and how; below it what was skipped and why.
/// </summary>
internal static class RidTable
{
    /// <summary>Nothing, unless some of the reports are about RIDs.</summary>
    public static IEnumerable<string> Lines(IReadOnlyCollection<TestReport> reports)
    {
        if (!reports.Any(report => report.Rid is not null))
        {
            yield break;
        }

        const string Format = "{0,-17} {1,8} {2,7}  {3}";
        yield return string.Format(CultureInfo.InvariantCulture, Format, "RID", "library", "checks", "run");
        foreach (Target target in Target.All)
        {
            TestReport[] own = [.. reports.Where(report => report.Rid == target.Rid)];
            TestReport[] runs = [.. own.Where(report => report.What is not null)];
            yield return string.Format(
                CultureInfo.InvariantCulture, Format, target, Size(target), Checks(own.Except(runs)), Runs(runs));
            foreach (string line in Reasons(runs))
            {
                yield return line;
            }
        }
    }

    private static string Size(Target target)
    {
        var library = new FileInfo(Path.Combine(target.Folder, target.Library));
        return library.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{library.Length / 1024.0:0.0} KiB") : "none";
    }

    private static string Checks(IEnumerable<TestReport> reports)
    {
        TestReport[] all = [.. reports];
        return all.Length == 0 ? "none" : $"{all.Sum(each => each.Passed)} of {all.Sum(each => each.Executed)}";
    }

    private static string Runs(TestReport[] reports) => reports.Length == 0 ? "none" : string.Join(
        "; ",
        reports.Select(each => $"{each.What}, {each.How}: " + (each.Executed == 0
            ? each.Skipped[0].Text
            : $"{each.Passed} passed, {each.Failed.Count} failed, {each.Skipped.Count} skipped")));

    /// <summary>Each reason once, with the number of tests that gave it; those that ran nothing gave theirs already.</summary>
    private static IEnumerable<string> Reasons(TestReport[] reports) =>
        from report in reports
        where report.Executed > 0
        from note in report.Skipped
        group note by note.Text.ReplaceLineEndings(" ") into alike
        orderby alike.Count() descending, alike.Key
        select string.Create(CultureInfo.InvariantCulture, $"{alike.Count(),24} skipped: {alike.Key}");
}
