"""onDefineDomain on a domain as KubeVirt hands it to hooks, in canonical XML and byte for byte.

`domain.xml` has the form of `xml.MarshalIndent` in KubeVirt's hook manager, and the kinds of disks that KubeVirt makes:
of a PersistentVolumeClaim (`root`), of a containerDisk, with its chain (`tools`), of a block device (`data`), generated
(`cloudinit`), and a CD-ROM (`drivers`).
"""

import os
import subprocess
import unittest
from pathlib import Path
from xml.etree.ElementTree import canonicalize

HERE = Path(__file__).parent
HOOK = HERE / "../../examples/cow-sidecar/onDefineDomain"
DOMAIN = (HERE / "domain.xml").read_text(encoding="utf-8")
OVERLAY = "/output/overlay.qcow2"
CHAIN = """
			<backingStore type="file">
				<format type="qcow2"></format>
				<source file="/var/run/kubevirt/container-disks/disk_1.img"></source>
			</backingStore>"""


def hook(domain, **environment):
    """Runs the hook, from a process with the same standard error."""
    environment = {"PATH": os.environ["PATH"], "COW_DISK": "root", "COW_OVERLAY": OVERLAY, **environment}
    return subprocess.run(
        ["sh", "-c", '"$@"; exit "$?"', "sh", HOOK, "--vmi", "{}", "--domain", domain],
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


def replaced(text, *changes):
    """The text with these pieces replaced, each of which is in it once."""
    for old, new in changes:
        assert text.count(old) == 1, (text.count(old), old)
        text = text.replace(old, new)
    return text


class Changes(unittest.TestCase):
    """What becomes of each kind of disk."""

    maxDiff = None

    def check(self, domain, disk, *changes, overlay=OVERLAY):
        """The hook makes these changes of the domain and no others, and running it twice changes nothing more."""
        once = hook(domain, COW_DISK=disk, COW_OVERLAY=overlay)
        self.assertEqual((once.returncode, once.stderr), (0, ""))
        expected = replaced(domain, *changes)
        self.assertEqual(
            canonicalize(once.stdout, with_comments=True), canonicalize(expected, with_comments=True)
        )
        twice = hook(once.stdout, COW_DISK=disk, COW_OVERLAY=overlay)
        self.assertEqual((twice.returncode, twice.stdout), (0, once.stdout))

    def test_a_disk_of_a_claim_gets_another_source_and_driver_type(self):
        self.check(
            DOMAIN,
            "root",
            ("/var/run/kubevirt-private/vmi-disks/root/disk.img", OVERLAY),
            (
                'type="raw" discard="unmap"></driver>\n\t\t\t<alias name="ua-root">',
                'type="qcow2" discard="unmap"></driver>\n\t\t\t<alias name="ua-root">',
            ),
        )

    def test_the_chain_of_a_container_disk_goes_with_its_source(self):
        self.check(
            DOMAIN,
            "tools",
            ("/var/run/kubevirt-ephemeral-disks/disk-data/tools/disk.qcow2", OVERLAY),
            (CHAIN, ""),
        )

    def test_a_block_device_becomes_a_file(self):
        self.check(
            DOMAIN,
            "data",
            ('device="disk" type="block"', 'device="disk" type="file"'),
            ('dev="/dev/data" name="data"', f'file="{OVERLAY}"'),
            ('io="native" name="qemu" type="raw"', 'io="native" name="qemu" type="qcow2"'),
        )

    def test_what_describes_the_old_source_goes_with_it(self):
        old = '<source dev="/dev/data" name="data"></source>'
        nested = (
            '<source protocol="rbd" name="pool/image"><host name="ceph" port="6789"/>'
            '<dataStore type="block"><source dev="/dev/x"/></dataStore></source>'
        )
        self.check(
            replaced(DOMAIN, (old, nested)),
            "data",
            ('device="disk" type="block"', 'device="disk" type="file"'),
            (nested, f'<source file="{OVERLAY}"/>'),
            ('io="native" name="qemu" type="raw"', 'io="native" name="qemu" type="qcow2"'),
        )

    def test_comments_sections_and_other_namespaces_stay(self):
        extra = '<!-- a --><x:y xmlns:x="urn:x" x:z="1"><![CDATA[<&>]]></x:y>\u00e9\U0001f4be<?pi data?>'
        self.check(
            "<!-- before -->\n" + replaced(DOMAIN, ("<acpi></acpi>", extra)) + "<!-- after -->",
            "tools",
            ("/var/run/kubevirt-ephemeral-disks/disk-data/tools/disk.qcow2", OVERLAY),
            (CHAIN, ""),
        )

    def test_a_path_is_escaped(self):
        self.check(
            DOMAIN,
            "tools",
            ("/var/run/kubevirt-ephemeral-disks/disk-data/tools/disk.qcow2", "/a&quot;b&lt;c&amp;'"),
            (CHAIN, ""),
            overlay="/a\"b<c&'",
        )


class Refusals(unittest.TestCase):
    """Without a domain, KubeVirt does not start the VM."""

    def check(self, message, domain=DOMAIN, **environment):
        """The hook prints nothing but this message."""
        result = hook(domain, **environment)
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertEqual(result.stderr, f"onDefineDomain: {message}\n")

    def test_no_such_disk(self):
        self.check(
            "0 disks of the VM are called 'rootdisk' (COW_DISK), not one; "
            "there are: root, tools, data, cloudinit, drivers",
            COW_DISK="rootdisk",
        )

    def test_two_such_disks(self):
        self.check(
            "2 disks of the VM are called 'root' (COW_DISK), not one; "
            "there are: root, tools, root, cloudinit, drivers",
            replaced(DOMAIN, ("ua-data", "ua-root")),
        )

    def test_a_cd_rom(self):
        self.check("disk 'drivers' is a cdrom: an overlay needs a disk", COW_DISK="drivers")

    def test_no_source(self):
        source = '<source dev="/dev/data" name="data"></source>'
        self.check(
            "<disk> has 0 elements <source>, not one", replaced(DOMAIN, (source, "")), COW_DISK="data"
        )

    def test_no_domain(self):
        self.check("<kubevirt> has 0 elements <devices>, not one", "<kubevirt/>")

    def test_no_xml(self):
        self.check("the domain is no XML: syntax error: line 1, column 0", "no XML")

    def test_started_without_create_cow(self):
        message = "COW_DISK and COW_OVERLAY are not set: create-cow.sh sets them and must start the shim"
        self.check(message, COW_DISK=None)
        self.check(message, COW_OVERLAY=None)

    def test_a_line_break_in_an_attribute_stays_one_or_is_refused(self):
        # Python's minidom can write it since 3.13.
        domain = replaced(DOMAIN, ("string=a &lt; b", "string=a&#xA;b"))
        result = hook(domain, COW_DISK="tools")
        if result.returncode == 0:
            self.assertIn("string=a&#xA;b", canonicalize(result.stdout))
        else:
            self.check("this version of Python cannot write the domain without changing it", domain)

    def test_the_reason_is_in_the_log_of_the_shim(self):
        # As the shim runs a hook: standard error is kept, and only its own is the container's log.
        shim = (
            "import subprocess, sys\n"
            "hook = subprocess.run([sys.argv[1], '--domain', 'x'], stderr=subprocess.PIPE)\n"
            "print('exit status', hook.returncode, file=sys.stderr)\n"
        )
        result = subprocess.run(
            ["python3", "-c", shim, HOOK],
            env={"PATH": os.environ["PATH"], "COW_DISK": "root", "COW_OVERLAY": OVERLAY},
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
        expected = "onDefineDomain: the domain is no XML: syntax error: line 1, column 0\nexit status 1\n"
        self.assertEqual(result.stderr, expected)


if __name__ == "__main__":
    unittest.main()
