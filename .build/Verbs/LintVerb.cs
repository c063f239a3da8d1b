using System.CommandLine;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class LintVerb
{
    public static Command Create()
    {
        var verb = new Command("lint", "Look over the C sources of every system without running them.");
        verb.SetAction(async _ =>
        {
            var session = new TestSession();
            await Lint.RunAsync(session);
            return session.Finish();
        });
        return verb;
    }
}
